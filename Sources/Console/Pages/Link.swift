internal import Cronmill

/// Addresses of pages, as they stand in an attribute: relative, so that any prefix of a proxy fits, with every name in the
/// query, where whatever is in it means nothing.
enum Link {
    /// A page with a query; what is nil is left out.
    static func to(_ page: String, _ query: KeyValuePairs<StaticString, String?>) -> HTML { "\(address(page, query))" }

    /// The same as it is, for `back` of another.
    static func address(_ page: String, _ query: KeyValuePairs<StaticString, String?>) -> String {
        let values = query.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }
        return values.isEmpty ? page : "\(page)?\(values.joined(separator: "&"))"
    }

    /// Whether it is an address of a page of ours, as a link has it, and leads nowhere else.
    static func isOurs(_ address: String) -> Bool {
        address.wholeMatch(of: /(?:\.\/)?[a-z]*(?:\?[A-Za-z0-9._~%&=+*:,\/!-]*)?/) != nil
    }

    /// Where to go on, as a query says; nil is the overview.
    ///
    /// - Throws: `Problem` for what is none of our own pages.
    static func back(_ query: Query) throws(Problem) -> String? {
        guard let back = query["back"], back != "" else { return nil }
        guard isOurs(back) else { throw .badRequest("back is none of the pages here.") }
        return back
    }

    static func database(_ database: String) -> HTML { to("database", ["db": database]) }

    static func processor(_ processor: String, in database: String) -> HTML {
        to("processor", ["db": database, "processor": processor])
    }

    static func tasks(_ database: String, queue: String? = nil, state: String? = nil, sqlState: String? = nil) -> HTML {
        to("tasks", ["db": database, "queue": queue, "state": state, "sqlstate": sqlState])
    }

    static func graph(_ id: Int64, in database: String) -> HTML { to("graph", ["db": database, "id": String(id)]) }

    static func recurring(_ name: String, in database: String) -> HTML {
        to("recurring", ["db": database, "name": name])
    }

    static func task(_ id: Int64, in database: String) -> HTML { to("task", ["db": database, "id": String(id)]) }
}

extension HTML {
    /// A name that leads somewhere; its direction is its own.
    static func name(_ name: String, _ address: HTML) -> HTML { "<a href=\"\(address)\"><bdi>\(name)</bdi></a>" }

    /// What an alarm is about.
    static func place(_ alarm: Alarm) -> HTML {
        guard let database = alarm.database else { return .name("server", "server") }
        let name = HTML.name(database, Link.database(database))
        guard let processor = alarm.processor else { return name }
        return "\(name) / \(HTML.name(processor, Link.processor(processor, in: database)))"
    }

    /// A command to be copied.
    static func command(_ text: String) -> HTML { "<code class=\"command\">\(text)</code>" }

    /// What can be done: as a link, where pages offer that, and as a command.
    static func action(_ word: HTML, _ address: HTML, _ command: String, mayAct: Bool) -> HTML {
        let link: HTML = mayAct ? "<a class=\"action\" href=\"\(address)\">\(word)</a> " : ""
        return "\(link)\(HTML.command(command))"
    }
}

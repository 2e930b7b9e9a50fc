/// Addresses of pages, as they stand in an attribute: relative, so that any prefix of a proxy fits, with every name in the
/// query, where whatever is in it means nothing.
enum Link {
    /// A page with a query; what is nil is left out.
    static func to(_ page: HTML, _ query: KeyValuePairs<StaticString, String?>) -> HTML {
        var address = page
        var sign: HTML = "?"
        for (name, value) in query {
            guard let value else { continue }
            address += "\(sign)\(String(describing: name))=\(query: value)"
            sign = "&amp;"
        }
        return address
    }

    static func database(_ database: String) -> HTML { to("database", ["db": database]) }

    static func processor(_ processor: String, in database: String) -> HTML {
        to("processor", ["db": database, "processor": processor])
    }

    static func tasks(_ database: String, queue: String? = nil, state: String? = nil, sqlState: String? = nil) -> HTML {
        to("tasks", ["db": database, "queue": queue, "state": state, "sqlstate": sqlState])
    }

    static func task(_ id: Int64, in database: String) -> HTML { to("task", ["db": database, "id": String(id)]) }
}

extension HTML {
    /// A name that leads somewhere; its direction is its own.
    static func name(_ name: String, _ address: HTML) -> HTML { "<a href=\"\(address)\"><bdi>\(name)</bdi></a>" }

    /// A command to be copied.
    static func command(_ text: String) -> HTML { "<code class=\"command\">\(text)</code>" }

    /// What can be done: as a link, where pages offer that, and as a command.
    static func action(_ word: HTML, _ address: HTML, _ command: String, mayAct: Bool) -> HTML {
        let link: HTML = mayAct ? "<a class=\"action\" href=\"\(address)\">\(word)</a> " : ""
        return "\(link)\(HTML.command(command))"
    }
}

internal import Cronmill
internal import HTTPTypes

/// What a request gets.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var type: String
    var content: Content
    var fields: HTTPFields = [:]
    /// What follows the content, piece by piece, for as long as the visitor stays.
    var stream: AsyncStream<String>?
    /// Whether it has a form of a session with its token in it.
    var hasToken = false
    /// Whether it goes out compressed.
    private(set) var isCompressed = false

    init(status: HTTPResponse.Status = .ok, type: String, body: String, fields: HTTPFields = [:]) {
        (self.status, self.type, content, self.fields) = (status, type, Content(body), fields)
    }

    var body: String { content.text }

    static func html(_ page: HTML, status: HTTPResponse.Status = .ok, hasToken: Bool = false) -> Answer {
        var answer = Answer(status: status, type: "text/html; charset=utf-8", body: page.text)
        answer.hasToken = hasToken
        return answer
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "application/json", body: value.prettyText)
    }

    /// Sends a browser that has sent a form to one of our pages, which it reads.
    static func seeOther(_ page: String) -> Answer {
        Answer(status: .seeOther, type: "text/plain; charset=utf-8", body: "", fields: [.location: page])
    }

    /// - Parameter login: the form to log in, if its page has that.
    static func problem(_ problem: Problem, asPage: Bool, login: LoginPage? = nil) -> Answer {
        var answer: Answer =
            asPage
            ? .html(login?.page ?? problem.page, status: problem.status)
            : Answer(status: problem.status, type: "application/problem+json", body: problem.json.prettyText)
        answer.fields = problem.fields
        return answer
    }

    // MARK: As it goes out

    /// With a tag, of which a browser says that it has it.
    mutating func tag() { fields[.eTag] = "\"\(String(Asset.hash(body), radix: 16))\"" }

    /// The same as this browser wants it: nothing of what it has already, the rest compressed if it can read that.
    ///
    /// The length of what is compressed together tells of it (BREACH) to who can have a browser ask again and again for a page with
    /// a text of his in it. Another site cannot: what it asks for comes without the cookie and is refused
    /// (`Console.checkSite`). Pages with a token in them, which are short, stay as they are all the same.
    func negotiated(_ request: HTTPRequest) -> Answer {
        var answer = self
        if let tag = fields[.eTag], status == .ok, Self.list(request, .ifNoneMatch).contains(where: { $0.tag == tag }) {
            (answer.status, answer.content) = (.notModified, Content(""))
        }
        answer.isCompressed =
            !hasToken && answer.content.isWorthCompressing
            && Self.list(request, .acceptEncoding).contains { $0.isGzip }
        return answer
    }

    /// The head with what every answer has, whatever it is.
    var head: HTTPFields {
        var head = fields
        head[.contentType] = type
        if stream == nil { head[.contentLength] = String(isCompressed ? content.gzip.count : body.utf8.count) }
        if isCompressed { head[.contentEncoding] = "gzip" }
        head[.vary] = [head[.vary], "Accept-Encoding"].compactMap { $0 }.joined(separator: ", ")
        head[.contentSecurityPolicy] = Self.policy
        head[.xContentTypeOptions] = "nosniff"
        if head[.cacheControl] == nil { head[.cacheControl] = "no-store" }
        for (name, value) in Self.others { head[name] = value }
        return head
    }

    /// The values of a field that is a list.
    private static func list(_ request: HTTPRequest, _ name: HTTPField.Name) -> [Substring] {
        request.headerFields[values: name].flatMap { $0.split(separator: ",") }
    }

    /// Nothing but what this server sends by itself, no markup with script or style in it, and in nobody's frame.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'self'",
        "base-uri 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static let others = [
        ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}

extension Substring {
    /// An entity tag, compared weakly: a proxy that compresses calls ours weak.
    fileprivate var tag: Substring {
        let tag = filter { $0 != " " }[...]
        return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }

    /// Whether it is a coding that has gzip in it and is not refused: `gzip`, `*;q=0.5`; `gzip;q=0` is none.
    fileprivate var isGzip: Bool {
        let parts = lowercased().filter { $0 != " " }.split(separator: ";")
        guard let coding = parts.first, ["gzip", "x-gzip", "*"].contains(coding) else { return false }
        return parts.dropFirst().allSatisfy { $0.wholeMatch(of: /q=0(?:\.0*)?/) == nil }
    }
}

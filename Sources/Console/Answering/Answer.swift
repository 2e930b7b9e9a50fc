internal import Cronmill
internal import HTTPTypes

/// What a request gets.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var type: String
    var body: String
    var fields: HTTPFields = [:]

    static func html(_ page: HTML, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "text/html; charset=utf-8", body: page.text)
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, type: "application/json", body: value.prettyText)
    }

    /// Sends a browser that has sent a form to one of our pages, which it reads.
    static func seeOther(_ page: String) -> Answer {
        Answer(status: .seeOther, type: "text/plain; charset=utf-8", body: "", fields: [.location: page])
    }

    /// - Parameter asksIn: whether its page has the form to log in.
    static func problem(_ problem: Problem, asPage: Bool, asksIn: Bool = false) -> Answer {
        var answer: Answer =
            asPage
            ? .html(asksIn ? LoginPage(remark: problem.detail).page : problem.page, status: problem.status)
            : Answer(status: problem.status, type: "application/problem+json", body: problem.json.prettyText)
        answer.fields = problem.fields
        return answer
    }

    /// The head with what every answer has, whatever it is.
    var head: HTTPFields {
        var head = fields
        head[.contentType] = type
        head[.contentLength] = String(body.utf8.count)
        head[.contentSecurityPolicy] = Self.policy
        head[.xContentTypeOptions] = "nosniff"
        if head[.cacheControl] == nil { head[.cacheControl] = "no-store" }
        for (name, value) in Self.others { head[name] = value }
        return head
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

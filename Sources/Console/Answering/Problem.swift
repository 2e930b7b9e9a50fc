internal import Cronmill
internal import HTTPTypes

/// What is answered to a request that cannot be served, as RFC 9457 has it.
///
/// The texts are fixed ones of this program: what the visitor sent, and what a database said, is not repeated.
struct Problem: Error, Sendable, Equatable {
    var status: HTTPResponse.Status
    var detail: String
    /// Fields of the head that go with it.
    var fields: HTTPFields = [:]

    static func badRequest(_ detail: String) -> Problem { Problem(status: .badRequest, detail: detail) }

    static let unauthorized = Problem(
        status: .unauthorized,
        detail: "Open the address that cronmill serve printed when it started. It works once."
    )
    static let notFound = Problem(status: .notFound, detail: "There is no such page.")
    static let usedUp = Problem(
        status: .forbidden,
        detail: "This address has been used, or never was one. Start cronmill serve again for another."
    )
    static let notYet = Problem(status: .forbidden, detail: "This address is for who opens it.")
    static let crossSite = Problem(status: .forbidden, detail: "Another site's page asked for this.")
    static let misdirected = Problem(
        status: .misdirectedRequest,
        detail: "This server does not go by that name. cronmill serve --allow-host gives it one."
    )
    static let readOnly = Problem(
        status: .methodNotAllowed,
        detail: "Only GET and HEAD.",
        fields: [.allow: "GET, HEAD"]
    )
    static let mayNotAct = Problem(
        status: .forbidden,
        detail: "Nothing can be changed here: cronmill serve --actions lets who follows the one-time address act."
    )
    static let badToken = Problem(
        status: .forbidden,
        detail: "The form is not of this session. Load the page again, and send the form from there."
    )
    static let standby = Problem(
        status: .serviceUnavailable,
        detail: "The server is a standby, on which nothing can be changed until it is promoted."
    )
    static let onlyForms = Problem(
        status: .methodNotAllowed,
        detail: "Only GET, HEAD and POST.",
        fields: [.allow: "GET, HEAD, POST"]
    )
    static let tooLarge = Problem(
        status: .contentTooLarge,
        detail: "The body is longer than \(Call.longestBody) bytes."
    )
    static let metricsToken = Problem(
        status: .unauthorized,
        detail: "Metrics are read with the token of --metrics-token-file: Authorization: Bearer ...",
        fields: [.wwwAuthenticate: "Bearer realm=\"cronmill\""]
    )

    var json: JSON {
        [
            "type": "about:blank", "title": .string(status.reasonPhrase), "status": .integer(Int64(status.code)),
            "detail": .string(detail),
        ]
    }

    var page: HTML {
        Page.whole(
            title: status.reasonPhrase,
            """
            <main class="problem"><h1>\(status.reasonPhrase)</h1><p>\(detail)</p></main>
            """
        )
    }
}

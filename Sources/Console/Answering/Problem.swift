internal import Cronmill
internal import HTTPTypes

/// What is answered to a request that cannot be served, as RFC 9457 has it.
///
/// The texts are fixed ones of this program: what the visitor sent is repeated in its form alone, and what a database said
/// is not.
struct Problem: Error, Sendable, Equatable {
    var status: HTTPResponse.Status
    var detail: String
    /// Fields of the head that go with it.
    var fields: HTTPFields = [:]
    /// What was filled in, to be corrected: on its page.
    var form: HTML = ""

    static func badRequest(_ detail: String) -> Problem { Problem(status: .badRequest, detail: detail) }

    /// For a folder that was asked for without the slash behind it.
    static func folder(_ base: String) -> Problem {
        let name = base.split(separator: "/").last ?? ""
        return Problem(
            status: .permanentRedirect,
            detail: "This folder has a slash behind it.",
            fields: [.location: "\(name)/"]
        )
    }

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
    static let hostTwice = badRequest("The request has two fields Host.")
    static let misdirected = Problem(
        status: .misdirectedRequest,
        detail: "This server does not go by that name. cronmill serve --allow-host gives it one."
    )
    static let readOnly = Problem(
        status: .methodNotAllowed,
        detail: "Only GET and HEAD.",
        fields: [.allow: "GET, HEAD"]
    )
    static let wrongPassword = Problem(
        status: .unauthorized,
        detail: "The role or the password is wrong, or the role is no monitor or operator here."
    )
    static let tooManyTries = Problem(
        status: .tooManyRequests,
        detail: "Too many tries. Five may fail in a minute, from one address and for one role.",
        fields: [.retryAfter: "60"]
    )
    static let nothingYet = Problem(
        status: .serviceUnavailable,
        detail: "The cron database has not said yet which databases there are.",
        fields: [.retryAfter: "5"]
    )
    static let tooMany = Problem(
        status: .serviceUnavailable,
        detail: "Too many pages are asked for at once: the databases need their connections for other work, too.",
        fields: [.retryAfter: "5"]
    )
    static let tooManyListeners = Problem(
        status: .serviceUnavailable,
        detail: "\(Seats.most) pages listen already, as many as may. Ask for the page again now and then.",
        fields: [.retryAfter: "60"]
    )
    static let noPasswordAsked = Problem(
        status: .forbidden,
        detail: "The cron database asks for no password, so that one proves nothing (pg_hba.conf: scram-sha-256)."
    )
    static let cronUnreachable = Problem(
        status: .serviceUnavailable,
        detail: "The cron database cannot be reached, which is asked about passwords."
    )
    static let logInFirst = Problem(status: .unauthorized, detail: "Log in with a role of the cron database.")
    static let unknownUser = Problem(
        status: .unauthorized,
        detail: "The proxy names no user who may come in, the user's role is no monitor or operator here, "
            + "or the cron database cannot be asked."
    )
    static let mayNotAct = Problem(
        status: .forbidden,
        detail: "Nothing can be changed here: cronmill serve --actions lets who follows the one-time address act."
    )
    static let takesOperator = Problem(status: .forbidden, detail: "That takes an operator of the database.")
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

    func with(form: HTML) -> Problem {
        var problem = self
        problem.form = form
        return problem
    }

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
            <main class="problem"><h1>\(status.reasonPhrase)</h1><p>\(detail)</p>\(form)<p><a href="./">Overview</a></p></main>
            """
        )
    }
}

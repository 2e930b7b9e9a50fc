internal import HTTPTypes

/// A request that is for this server, read as far as all are alike.
struct Call: Sendable {
    let request: HTTPRequest
    /// What is asked for, from `/` on, as it was sent.
    let path: String
    let query: Query
    /// The query as it was sent.
    let queryText: String
    let body: [UInt8]
    /// The address of who asks, without its port.
    let from: String
    let now: ContinuousClock.Instant

    /// A longer target is no address of ours.
    static let longestTarget = 6_000
    /// A longer body is no form of ours.
    static let longestBody = 65_536

    /// - Throws: `Problem` for what is too long or malformed.
    init(
        _ request: HTTPRequest,
        body: [UInt8],
        from: String,
        within names: ServerNames,
        at now: ContinuousClock.Instant
    ) throws(Problem) {
        let target = request.path ?? "/"
        guard target.utf8.count <= Self.longestTarget else {
            throw Problem(status: .uriTooLong, detail: "The address is longer than \(Self.longestTarget) bytes.")
        }
        guard body.count <= Self.longestBody else { throw .tooLarge }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        queryText = parts.count > 1 ? String(parts[1]) : ""
        query = try Query(queryText[...])
        guard let path = names.path(within: String(parts[0])) else { throw .folder(names.base) }
        (self.request, self.body, self.from, self.path, self.now) = (request, body, from, path, now)
    }

    /// The fields of a form that was sent.
    ///
    /// - Throws: `Problem` if the body is none.
    var form: Query {
        get throws(Problem) {
            let type = request.headerFields[.contentType]?.lowercased().prefix { $0 != ";" && $0 != " " }
            guard type == "application/x-www-form-urlencoded" else {
                throw Problem(
                    status: .unsupportedMediaType,
                    detail: "The body has to be application/x-www-form-urlencoded."
                )
            }
            guard let text = String(validating: body, as: UTF8.self) else {
                throw .badRequest("The form is not percent-encoded UTF-8.")
            }
            return try Query(text[...])
        }
    }

    /// The fields of a form of a page that this viewer was given, as its token shows.
    ///
    /// - Parameter fields: those that it may have besides the token.
    /// - Throws: `Problem` if the body is none, or of another session.
    func form(of viewer: Viewer, with fields: Set<String> = []) throws(Problem) -> Query {
        let form = try form
        try form.check(allowed: fields.union(["token"]))
        guard let token = form["token"], Secret.areEqual(token, viewer.token) else { throw .badToken }
        return form
    }

    /// What cookies of this name hold, of which a browser may send several: those of other folders, too.
    func cookies(_ name: String) -> [String] {
        let prefix = name + "="
        return request.headerFields[values: .cookie].flatMap { field in
            field.split(separator: ";").compactMap { pair -> String? in
                let pair = pair.drop { $0 == " " }
                return pair.hasPrefix(prefix) ? String(pair.dropFirst(prefix.count)) : nil
            }
        }
    }

    /// The value of a field of the head.
    subscript(field: String) -> String? { HTTPField.Name(field).flatMap { request.headerFields[$0] } }

    /// Whether it is an address, or would be one, that is for machines.
    static func isForMachines(_ path: String) -> Bool {
        ["/api/", "/actuator", "/healthz", "/readyz", "/metrics"].contains { path.hasPrefix($0) }
    }

    /// Browsers say that they want a page; programs want what RFC 9457 has.
    static func wantsPage(_ request: HTTPRequest, within names: ServerNames) -> Bool {
        let path = names.path(within: request.path ?? "/") ?? "/"
        return !isForMachines(path) && request.headerFields[.accept]?.contains("text/html") == true
    }
}

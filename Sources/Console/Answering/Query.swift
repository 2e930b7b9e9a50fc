/// The query of an address, each name once: of two values one would be ignored in silence.
struct Query: Sendable {
    private var values: [String: String] = [:]

    /// - Throws: `Problem` for what is not percent-encoded UTF-8, or stands twice.
    init(_ text: Substring) throws(Problem) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(queryValue: parts[0]), let value = String(queryValue: parts.dropFirst().first ?? "")
            else { throw .badRequest("The query is not percent-encoded UTF-8.") }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badRequest("The query has a name twice.")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A value that has to be there.
    func needed(_ name: String) throws(Problem) -> String {
        guard let value = values[name], !value.isEmpty else { throw .badRequest("The query needs \(name).") }
        return value
    }

    /// A number that has to be there, as large as bigint has them.
    func number(_ name: String) throws(Problem) -> Int64 {
        guard let number = Int64(try needed(name)), number > 0 else { throw .badRequest("\(name) is a number.") }
        return number
    }

    /// Refuses names that mean nothing here, which would be ignored in silence.
    func check(allowed: Set<String>) throws(Problem) {
        guard allowed.isSuperset(of: values.keys) else {
            let known = allowed.sorted().joined(separator: ", ")
            throw .badRequest(known.isEmpty ? "This address has no query." : "There may be: \(known).")
        }
    }
}

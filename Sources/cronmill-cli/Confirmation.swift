internal import Cronmill
internal import Glibc

extension Context {
    /// Asks whether to go on, where somebody can be asked; elsewhere refuses.
    ///
    /// - Parameters:
    ///   - what: what is at stake: `3 tasks of database "shop"`.
    ///   - deed: what becomes of it: `dropped`.
    func confirms(_ what: String, _ deed: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            output.report("\(what) would be \(deed)", hint: "Say so with --yes.")
            return false
        }
        output.note("\(what) will be \(deed). Type yes to go on:")
        return readLine() == "yes"
    }
}

extension Int {
    /// A count of tasks, in words: `1 task`, `12,345 tasks`, `100,000+ dead tasks`.
    func tasks(_ kind: String = "") -> String {
        "\(counted) \(kind.isEmpty ? "" : kind + " ")\(self == 1 ? "task" : "tasks")"
    }
}

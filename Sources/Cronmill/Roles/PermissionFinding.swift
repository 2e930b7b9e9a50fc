/// One thing that check-permissions has looked at.
public struct PermissionFinding: Sendable, Hashable {
    /// What is the matter with it.
    public enum State: String, Sendable, Hashable {
        /// Needed, and there.
        case present
        /// Needed, and not there.
        case missing
        /// There, and not needed.
        case superfluous
        /// A setting or an object that is not as it has to be.
        case wrong
        /// Cannot be seen from here.
        case unknown
    }

    /// What is the matter with it.
    public var state: State
    /// The database it is about.
    public var database: String
    /// The role it is about, if it is about one.
    public var role: String?
    /// What is needed, found, or wrong: a phrase without full stop.
    public var text: String
    /// What puts it right, if anything is to be done.
    public var remedy: Remedy?

    /// Whether it is something to put right.
    public var isWrong: Bool {
        switch state {
        case .present, .unknown: false
        case .missing, .superfluous, .wrong: true
        }
    }
}

/// What puts a finding right.
public struct Remedy: Sendable, Hashable {
    /// Statements to run, each ending with a semicolon; lines for other files are comments before them.
    public var sql: String
    /// The database to run them in.
    public var database: String
    /// Who may run them.
    public var executor: Executor
    /// Whether the server has to be restarted after it.
    public var needsRestart = false
    /// Whether `check-permissions --grant` may run it: it gives or takes privileges and does nothing else.
    public var isGrant = false

    /// Who may run a remedy; a superuser may always.
    public enum Executor: Sendable, Hashable {
        case superuser
        /// This role, and its members.
        case role(String)

        /// For people: "a superuser", "role app".
        public var title: String {
            switch self {
            case .superuser: "a superuser"
            case .role(let name): "role \(name)"
            }
        }
    }
}

/// What check-permissions found on both sides.
public struct PermissionReport: Sendable {
    /// All that was looked at; what is wrong and what is not.
    public var findings: [PermissionFinding] = []
    /// What is to be known and is not wrong.
    public var remarks: [String] = []
    /// Work databases that could not be looked into, and why.
    public var failures: [DatabaseResult<Void>] = []
    /// Who looked, by database.
    public var users: [String: User] = [:]

    /// A connected role.
    public struct User: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Whether it may do everything.
        public var isSuperuser: Bool
    }

    /// What is to be put right.
    public var wrong: [PermissionFinding] { findings.filter(\.isWrong) }

    /// Whether who looked may run a remedy.
    public func mayRun(_ remedy: Remedy) -> Bool {
        guard let user = users[remedy.database] else { return false }
        return user.isSuperuser || remedy.executor == .role(user.name)
    }

    /// The remedies, each once, in the order of the findings.
    public func remedies(where isWanted: (Remedy) -> Bool = { _ in true }) -> [Remedy] {
        var seen: Set<Remedy> = []
        return wrong.compactMap(\.remedy).filter { isWanted($0) && seen.insert($0).inserted }
    }
}

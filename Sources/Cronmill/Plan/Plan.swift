public import Postgres

/// What is to be done, in order: made by looking at the databases, then applied or printed as a psql script.
public struct Plan: Sendable, Hashable {
    /// One thing to do in one database.
    public struct Step: Sendable, Hashable {
        /// The database.
        public let database: String
        /// What it does, for people: "create queue emails".
        public let title: String
        /// The statements; they contain no secret.
        public let statements: [SQL]
        /// Whether it ends the transaction it is in: what follows, maybe from another session, has to see it.
        public let commits: Bool
        /// The index it makes or drops, outside a transaction.
        let index: SearchIndex?
    }

    /// The steps. Those that follow each other in one database are one transaction, up to a step that commits.
    public private(set) var steps: [Step] = []
    /// Remarks for the reader that are not errors: what isolation is lost, what else is needed.
    public private(set) var remarks: [String] = []

    /// Why the role that planned it may not apply it, if that is known.
    public internal(set) var obstacle: CronmillError?

    /// Whether there is nothing to do.
    public var isEmpty: Bool { steps.isEmpty }

    mutating func add(_ title: String, in database: String, commits: Bool = false, _ statements: SQL...) {
        steps.append(Step(database: database, title: title, statements: statements, commits: commits, index: nil))
    }

    mutating func add(_ title: String, in database: String, commits: Bool = false, statements: [SQL]) {
        steps.append(Step(database: database, title: title, statements: statements, commits: commits, index: nil))
    }

    mutating func add(_ title: String, in database: String, _ index: SearchIndex) {
        steps.append(
            Step(database: database, title: title, statements: index.statements, commits: true, index: index)
        )
    }

    /// The plan without steps that another plan has, too: where scripts for several databases are run one after another.
    public func subtracting(_ others: Set<Step>) -> Plan {
        var plan = self
        plan.steps.removeAll(where: others.contains)
        return plan
    }

    mutating func append(_ other: Plan) {
        steps += other.steps
        for remark in other.remarks { self.remark(remark) }
    }

    mutating func remark(_ text: String) {
        if !remarks.contains(text) { remarks.append(text) }
    }

    /// The steps in groups of one transaction each; an index is none's.
    var transactions: [[Step]] {
        var groups: [[Step]] = []
        for step in steps {
            if let last = groups.last?.last, last.database == step.database, !last.commits, step.index == nil {
                groups[groups.count - 1].append(step)
            } else {
                groups.append([step])
            }
        }
        return groups
    }
}

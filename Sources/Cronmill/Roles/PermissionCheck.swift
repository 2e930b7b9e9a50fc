internal import Postgres

/// One check: a pure function of what was read.
struct PermissionCheck: Sendable {
    let find: @Sendable (PermissionInspection) -> [PermissionFinding]

    /// All of them, in the order in which they are reported.
    static let all = [
        preload, extensionThere, cronOwner, version, backgroundWorkers, history, capacity, connections, jobRoles,
        jobLogins, runAsRoles, timeouts, installers, linkRoles, links, connects, privileges, handlers, searchPaths,
        defaults, results, dangers,
    ]
}

extension PermissionInspection {
    /// What all checks find.
    var findings: [PermissionFinding] {
        PermissionCheck.all.flatMap { $0.find(self) }
    }

    /// What is to be known and is not wrong.
    var remarks: [String] {
        var remarks: [String] = []
        for work in works {
            for role in Set(work.processors.map(\.runAs)).sorted() where role == work.owner || role == cron.owner {
                remarks.append(.lostIsolation(of: role))
            }
            for processor in work.processors where roles[processor.runAs]?.isSuperuser == true {
                remarks.append(
                    "Role \"\(processor.runAs)\" is a superuser, so handler \(processor.handler) of database "
                        + "\"\(work.database)\" may do anything. A separate role could not (cronmill configure "
                        + "\(processor.name.shellWord) --database \(work.database.shellWord) --run-as ROLE)."
                )
            }
        }
        if cron.owner != nil, !cron.isOwnedBySuperuser(roles) {
            for role in Set(cron.permitted.values.joined()).sorted() where role != cron.owner {
                remarks.append(
                    "Role \"\(role)\" may schedule jobs of its own wherever it may connect: without superuser its jobs "
                        + "are made by itself."
                )
            }
        }
        remarks += cron.cautions
        if cron.usesBackgroundWorkers == true, let capacity = cron.capacity,
            case let needed = capacity.needed + 2 + cron.maxParallelWorkers, needed > cron.maxWorkerProcesses
        {
            remarks.append(
                "Parallel queries of anybody who may connect can take \(cron.maxParallelWorkers) of the server's "
                    + "\(cron.maxWorkerProcesses) worker processes, and jobs fail meanwhile (\"could not start background "
                    + "process\"): raise max_worker_processes to \(needed), or lower max_parallel_workers."
            )
        }
        return remarks.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension String {
    /// The remark on a role that installs and runs.
    static func lostIsolation(of role: String) -> String {
        "Role \"\(role)\" installs and runs processors: a handler can change Cronmill's own tables. "
            + "A separate role (create role ... login; --run-as) could not."
    }
}

extension PermissionFinding {
    static func present(_ text: String, in database: String, role: String? = nil) -> PermissionFinding {
        PermissionFinding(state: .present, database: database, role: role, text: text)
    }

    static func unknown(_ text: String, in database: String, role: String? = nil) -> PermissionFinding {
        PermissionFinding(state: .unknown, database: database, role: role, text: text)
    }

    /// A privilege that is there or not.
    static func needed(
        _ text: String,
        isThere: Bool,
        in database: String,
        role: String,
        _ remedy: Remedy
    ) -> PermissionFinding {
        PermissionFinding(
            state: isThere ? .present : .missing,
            database: database,
            role: role,
            text: text,
            remedy: isThere ? nil : remedy
        )
    }

    static func wrong(
        _ text: String,
        in database: String,
        role: String? = nil,
        _ remedy: Remedy?
    ) -> PermissionFinding {
        PermissionFinding(state: .wrong, database: database, role: role, text: text, remedy: remedy)
    }
}

extension Remedy {
    /// A change of the server's configuration, which needs a restart.
    static func setting(_ name: String, _ value: String, in database: String) -> Remedy {
        Remedy(
            sql: "alter system set \(name) = \(value);",
            database: database,
            executor: .superuser,
            needsRestart: true
        )
    }

    /// A privilege given or taken.
    static func grant(_ sql: String, in database: String, by executor: Executor) -> Remedy {
        Remedy(sql: sql, database: database, executor: executor, isGrant: true)
    }
}

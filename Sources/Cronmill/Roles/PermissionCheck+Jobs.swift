internal import Postgres

extension PermissionCheck {
    /// The role of every job exists, may log in and may connect.
    static let jobRoles = PermissionCheck { inspection in
        let cron = inspection.cron
        var findings: [PermissionFinding] = []
        for job in cron.jobs {
            guard let role = inspection.roles[job.role] else {
                findings.append(
                    .wrong(
                        "job \(job.jobid) belongs to role \"\(job.role)\", which does not exist: pg_cron runs no job of "
                            + "anybody",
                        in: cron.database,
                        role: job.role,
                        Remedy(
                            sql: "select cron.unschedule(\(job.jobid));",
                            database: cron.database,
                            executor: .superuser
                        )
                    )
                )
                continue
            }
            guard let owner = cron.databases[job.database] else {
                findings.append(
                    .wrong(
                        "job \(job.jobid) is for database \"\(job.database)\", which does not exist",
                        in: cron.database,
                        role: job.role,
                        Remedy(
                            sql: "select cron.unschedule(\(job.jobid));",
                            database: cron.database,
                            executor: .role(job.role)
                        )
                    )
                )
                continue
            }
            findings.append(.login(role, in: cron.database))
            findings.append(.connect(role, to: job.database, owner: owner))
        }
        return findings.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// In libpq mode pg_cron can log in as the role of each job of ours.
    static let jobLogins = PermissionCheck { inspection in
        let cron = inspection.cron
        guard cron.usesBackgroundWorkers != true else { return [] }
        var seen: Set<String> = []
        return cron.jobs.compactMap { job in
            guard job.processor != nil, let role = inspection.roles[job.role], role.canLogin,
                seen.insert("\(job.role)\u{0}\(job.database)").inserted
            else { return nil }
            return login(of: job, role, cron)
        }
    }

    private static func login(of job: JobFacts, _ role: RoleFacts, _ cron: CronFacts) -> PermissionFinding {
        let host = job.host ?? cron.host
        let login = "log in to database \"\(job.database)\" as \"\(job.role)\" from \(host ?? "cron.host")"
        let remedy = Remedy.authentication(job, host: host, cron)
        func wrong(_ reason: String) -> PermissionFinding {
            .wrong("pg_cron cannot \(login): \(reason)", in: cron.database, role: job.role, remedy)
        }
        if job.lastMessage == "connection failed" {
            return wrong("its last run says \"connection failed\"")
        }
        if job.lastStatus == "succeeded" || job.lastStatus == "running" {
            return .present("pg_cron can \(login)", in: cron.database, role: job.role)
        }
        guard let host, let rules = cron.authentication, AuthenticationRule.canJudge(host) else {
            return .unknown("whether pg_cron can \(login)", in: cron.database, role: job.role)
        }
        guard let rule = AuthenticationRule.first(of: rules, role: role, database: job.database, host: host) else {
            return wrong("no line of pg_hba.conf lets it in")
        }
        switch rule.method {
        case "trust":
            return .present("pg_cron can \(login): line \(rule.line) of pg_hba.conf", in: cron.database, role: job.role)
        case "reject":
            return wrong("line \(rule.line) of pg_hba.conf rejects it")
        case "peer", "ident":
            let isMapped = rule.options.contains { $0.hasPrefix("map=") }
            return .unknown(
                "whether pg_cron can \(login): by line \(rule.line) of pg_hba.conf "
                    + (isMapped
                        ? "its map has to let the server's system user be this role"
                        : "the server's system user has to have the role's name"),
                in: cron.database,
                role: job.role
            )
        default:
            return .unknown(
                "whether pg_cron can \(login): by line \(rule.line) of pg_hba.conf the password file of the server's "
                    + "system user has to have its password",
                in: cron.database,
                role: job.role
            )
        }
    }

    /// The roles that jobs may run as are there, and cannot be dropped unnoticed.
    static let runAsRoles = PermissionCheck { inspection in
        let cron = inspection.cron
        var findings: [PermissionFinding] = []
        for (database, names) in cron.permitted.sorted(by: { $0.key < $1.key }) {
            for name in names {
                guard let role = inspection.roles[name] else {
                    findings.append(
                        PermissionFinding(
                            state: .superfluous,
                            database: cron.database,
                            role: name,
                            text: "jobs of database \"\(database)\" may run as a role that does not exist",
                            remedy: .grant(
                                "select cronmill_cron.forbid_run_as(\(database.quotedLiteral), \(name.quotedLiteral));",
                                in: cron.database,
                                by: cron.owner.map { .role($0) } ?? .superuser
                            )
                        )
                    )
                    continue
                }
                findings.append(.login(role, in: cron.database))
                if let owner = cron.databases[database] {
                    findings.append(.connect(role, to: database, owner: owner))
                }
            }
        }
        return findings.filter { !jobRoles.find(inspection).contains($0) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension PermissionFinding {
    /// A role that pg_cron has to log in as.
    fileprivate static func login(_ role: RoleFacts, in database: String) -> PermissionFinding {
        .needed(
            "may log in",
            isThere: role.canLogin,
            in: database,
            role: role.name,
            .grant("alter role \(Identifier(role.name).quoted) login;", in: database, by: .superuser)
        )
    }

    /// A role that has to connect to a database.
    static func connect(_ role: RoleFacts, to database: String, owner: String) -> PermissionFinding {
        .needed(
            "connect on database \(Identifier(database).quoted)",
            isThere: role.connectable.contains(database) || role.isSuperuser,
            in: database,
            role: role.name,
            .grant(
                "connect on database \(Identifier(database).quoted)",
                to: role.name,
                in: database,
                by: .role(owner)
            )
        )
    }
}

extension Remedy {
    /// A line for pg_hba.conf that lets pg_cron in, and nobody who is not the server's own user or has the password.
    fileprivate static func authentication(_ job: JobFacts, host: String?, _ cron: CronFacts) -> Remedy {
        let (database, role) = (job.database.configurationWord, job.role.configurationWord)
        let file = cron.authenticationFile ?? "pg_hba.conf"
        var lines: [String]
        if host?.hasPrefix("/") == true {
            lines = [
                "above the other lines of \(file):",
                "local \(database) \(role) peer map=cronmill",
                "in pg_ident.conf beside it (the server's system user, usually postgres):",
                "cronmill postgres \(role)",
            ]
        } else {
            lines = [
                "above the other lines of \(file):",
                "host \(database) \(role) 127.0.0.1/32 scram-sha-256",
                "in the password file of the server's system user:",
                "\(host ?? "localhost"):\(cron.port):\(job.database):\(job.role):PASSWORD",
            ]
        }
        lines = lines.map { "-- " + $0.replacingNewlines }
        return Remedy(
            sql: (lines + ["select pg_reload_conf();"]).joined(separator: "\n"),
            database: cron.database,
            executor: .superuser
        )
    }
}

extension String {
    /// As a word of pg_hba.conf, where quotes take away a keyword's meaning.
    fileprivate var configurationWord: String { "\"\(replacing("\"", with: "\"\""))\"" }
}

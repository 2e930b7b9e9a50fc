internal import Postgres

extension PermissionCheck {
    /// pg_cron is loaded with the server.
    static let preload = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let libraries = cron.preloadLibraries else {
            return [.unknown("whether pg_cron is preloaded", in: cron.database)]
        }
        let names = libraries.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\"" } }
        guard !names.contains("pg_cron") else { return [.present("pg_cron is preloaded", in: cron.database)] }
        let value = (names + ["pg_cron"]).joined(separator: ", ")
        return [
            .wrong(
                "pg_cron is not loaded on this server",
                in: cron.database,
                .setting("shared_preload_libraries", value, in: cron.database)
            )
        ]
    }

    /// It works in the database that is taken for the cron database.
    static let extensionThere = PermissionCheck { inspection in
        let cron = inspection.cron
        var findings: [PermissionFinding] = []
        if let configured = cron.configuredDatabase, configured != cron.database {
            findings.append(
                .wrong(
                    "pg_cron is configured for database \"\(configured)\", not \"\(cron.database)\"",
                    in: cron.database,
                    .setting("cron.database_name", cron.database.quotedLiteral, in: cron.database)
                )
            )
        }
        if cron.extensionVersion == nil {
            findings.append(
                .wrong(
                    "extension pg_cron is not installed",
                    in: cron.database,
                    .creating(extension: "pg_cron", in: cron.database)
                )
            )
        } else {
            findings.append(.present("extension pg_cron is installed", in: cron.database))
        }
        return findings
    }

    /// It is new enough, and the extension is as new as its library.
    static let version = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let installed = cron.extensionVersion else { return [] }
        let numbers = installed.versionNumbers
        let update = Remedy(sql: "alter extension pg_cron update;", database: cron.database, executor: .superuser)
        guard !numbers.lexicographicallyPrecedes([1, 4]) else {
            return [
                .wrong(
                    "pg_cron \(installed) is too old: cron.schedule_in_database came with 1.4",
                    in: cron.database,
                    update
                )
            ]
        }
        if let available = cron.availableVersion, numbers.lexicographicallyPrecedes(available.versionNumbers) {
            return [.wrong("extension pg_cron is \(installed), its library \(available)", in: cron.database, update)]
        }
        return [.present("pg_cron is \(installed)", in: cron.database)]
    }

    /// pg_cron 1.4 with background workers runs jobs one after another.
    static let backgroundWorkers = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let workers = cron.usesBackgroundWorkers else {
            return [.unknown("cron.use_background_workers", in: cron.database)]
        }
        // With workers only what cannot run two jobs at once hangs.
        guard workers, cron.capacity?.hangsAbove == true else {
            return [.present("cron.use_background_workers is \(workers ? "on" : "off")", in: cron.database)]
        }
        return [
            .wrong(
                "cron.use_background_workers is on: pg_cron 1.4 then runs one job at a time",
                in: cron.database,
                .setting("cron.use_background_workers", "off", in: cron.database)
            )
        ]
    }

    /// pg_cron keeps a history.
    static let history = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let logs = cron.logsRuns else { return [.unknown("cron.log_run", in: cron.database)] }
        guard !logs else { return [.present("cron.log_run is on", in: cron.database)] }
        return [
            .wrong(
                "cron.log_run is off: pg_cron keeps no history, so runs are not visible",
                in: cron.database,
                .setting("cron.log_run", "on", in: cron.database)
            )
        ]
    }

    /// pg_cron can run all active jobs at once.
    static let capacity = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let capacity = cron.capacity else { return [] }
        guard let limit = capacity.maxRunningJobs, let others = capacity.others else {
            return [.unknown("whether pg_cron can run all active jobs at once", in: cron.database)]
        }
        let sum =
            "\(capacity.needed) jobs are active (\(capacity.slots) slots, \(capacity.housekeepers) housekeepers, "
            + "\(others) of others), and pg_cron can run \(limit) at once"
        guard capacity.needed > limit else { return [.present(sum, in: cron.database)] }
        return [
            .wrong(
                sum + (capacity.hangsAbove ? ": it can hang for everybody" : ""),
                in: cron.database,
                .setting("cron.max_running_jobs", "\(capacity.needed)", in: cron.database)
            )
        ]
    }

    /// Nobody but its administrators owns the cron database: pg_cron's launcher works there as a superuser, and finds
    /// operators by the `search_path` that the owner of the database may set.
    static let cronOwner = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let owner = cron.databases[cron.database], let role = inspection.roles[owner] else { return [] }
        let user = cron.owner ?? cron.user
        guard !role.isSuperuser, owner != user else {
            return [.present("the database belongs to role \"\(owner)\"", in: cron.database)]
        }
        return [
            .wrong(
                "the database belongs to role \"\(owner)\", and pg_cron works there as a superuser, by names and settings that "
                    + "the owner chooses",
                in: cron.database,
                role: owner,
                Remedy(
                    sql: "alter database \(Identifier(cron.database).quoted) owner to \(Identifier(user).quoted);",
                    database: cron.database,
                    executor: .superuser
                )
            )
        ]
    }

    /// The server has room for the jobs: connections in libpq mode, workers else.
    static let connections = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let capacity = cron.capacity, let workers = cron.usesBackgroundWorkers else { return [] }
        // Besides the jobs: pg_cron's launcher and the logical replication launcher.
        let (name, limit, needed) =
            workers
            ? ("max_worker_processes", cron.maxWorkerProcesses, capacity.needed + 2)
            : ("max_connections", cron.maxConnections, capacity.needed + cron.reservedConnections)
        guard needed > limit else { return [.present("\(name) is \(limit), jobs need \(needed)", in: cron.database)] }
        return [
            .wrong(
                "\(name) is \(limit), and the active jobs alone need \(needed)",
                in: cron.database,
                .setting(name, "\(needed)", in: cron.database)
            )
        ]
    }
}

extension String {
    /// The numbers of a version: 1.4-1 is 1, 4, 1.
    fileprivate var versionNumbers: [Int] { split { !$0.isNumber }.compactMap { Int($0) } }
}

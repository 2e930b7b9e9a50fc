import Postgres
import Testing

@testable import Cronmill

/// What each check says of what was read, without a server.
@Suite("Permission checks")
struct PermissionCheckTests {
    /// A superuser's registry with one work database, in which everything is as it has to be.
    private var sound: PermissionInspection {
        var cron = CronFacts(
            database: "postgres",
            user: "postgres",
            isSuperuser: true,
            owner: "postgres",
            extensionVersion: "1.4-1",
            availableVersion: "1.4-1",
            configuredDatabase: "postgres",
            preloadLibraries: "pg_cron",
            usesBackgroundWorkers: false,
            logsRuns: true,
            host: "/run/postgresql",
            port: "5432",
            maxConnections: 100,
            reservedConnections: 3,
            maxWorkerProcesses: 8,
            capacity: Capacity(
                maxRunningJobs: 32,
                slots: 1,
                housekeepers: 2,
                others: 0,
                needed: 3,
                hangsAbove: true
            )
        )
        cron.databases = ["postgres": "postgres", "shop": "shop_owner"]
        cron.jobs = [
            JobFacts(
                jobid: 7,
                role: "runner",
                database: "shop",
                isActive: true,
                processor: "work",
                lastStatus: "succeeded"
            )
        ]
        cron.links = ["shop": "cronmill link shop"]
        cron.permitted = ["shop": ["runner"]]
        var work = WorkFacts(
            database: "shop",
            user: "postgres",
            isSuperuser: true,
            owner: "postgres",
            isLinked: true,
            linkRole: "cronmill link shop"
        )
        work.linkOptions = ["host": "127.0.0.1", "port": "5432", "dbname": "postgres"]
        work.isLinkTried = true
        work.processors = [
            ProcessorFacts(
                name: "work",
                runAs: "runner",
                isEnabled: true,
                handler: "app.work(jsonb)",
                handlerSchema: "app",
                handlerOwner: "app_owner",
                schemaOwner: "app_owner"
            )
        ]
        var inspection = PermissionInspection(cron: cron, works: [work])
        for role in [
            RoleFacts(name: "postgres", isSuperuser: true), RoleFacts(name: "runner", connectable: ["shop"]),
            RoleFacts(name: "cronmill link shop", connectable: ["postgres"]), RoleFacts(name: "app_owner"),
        ] {
            inspection.roles[role.name] = role
        }
        return inspection
    }

    private func wrong(_ change: (inout PermissionInspection) -> Void) -> [String] {
        var inspection = sound
        change(&inspection)
        return inspection.findings.filter(\.isWrong).map { finding in
            let place = [finding.database, finding.role].compactMap { $0 }.joined(separator: "/")
            return "\(finding.state.rawValue) \(place): \(finding.text) => \(finding.remedy?.sql ?? "nothing")"
                + " (\(finding.remedy?.executor.title ?? "nobody")\(finding.remedy?.needsRestart == true ? ", restart" : ""))"
        }
    }

    @Test("where everything is as it has to be, nothing is to be put right")
    func nothing() {
        #expect(wrong { _ in } == [])
        #expect(sound.remarks == [])
    }

    @Test("an owner without superuser has to be able to cancel what overruns its timeout")
    func timeouts() {
        #expect(wrong { $0.cron.uncancellable = ["runner"] } == [])
        #expect(
            wrong {
                $0.cron.owner = "installer"
                $0.roles["installer"] = RoleFacts(name: "installer", isCreator: true)
                $0.cron.uncancellable = ["runner"]
            } == [
                "missing postgres/installer: may cancel runs of role runner (timeouts) => "
                    + "grant pg_signal_backend to installer; (a superuser)"
            ]
        )
    }

    @Test("what is wrong with pg_cron and the server is said with the setting that changes it")
    func server() {
        #expect(
            wrong { $0.cron.preloadLibraries = "auto_explain" } == [
                "wrong postgres: pg_cron is not loaded on this server => "
                    + "alter system set shared_preload_libraries = auto_explain, pg_cron; (a superuser, restart)"
            ]
        )
        #expect(
            wrong { $0.cron.configuredDatabase = "other" } == [
                "wrong postgres: pg_cron is configured for database \"other\", not \"postgres\" => "
                    + "alter system set cron.database_name = 'postgres'; (a superuser, restart)"
            ]
        )
        #expect(
            wrong { $0.cron.extensionVersion = "1.3" } == [
                "wrong postgres: pg_cron 1.3 is too old: cron.schedule_in_database came with 1.4 => "
                    + "alter extension pg_cron update; (a superuser)"
            ]
        )
        #expect(
            wrong { $0.cron.availableVersion = "1.6" } == [
                "wrong postgres: extension pg_cron is 1.4-1, its library 1.6 => "
                    + "alter extension pg_cron update; (a superuser)"
            ]
        )
        #expect(
            wrong { $0.cron.usesBackgroundWorkers = true } == [
                "wrong postgres: cron.use_background_workers is on: pg_cron 1.4 then runs one job at a time => "
                    + "alter system set cron.use_background_workers = off; (a superuser, restart)"
            ]
        )
        #expect(
            wrong { $0.cron.logsRuns = false } == [
                "wrong postgres: cron.log_run is off: pg_cron keeps no history, so runs are not visible => "
                    + "alter system set cron.log_run = on; (a superuser, restart)"
            ]
        )
        #expect(
            wrong { $0.cron.capacity?.needed = 40 } == [
                "wrong postgres: 40 jobs are active (1 slots, 2 housekeepers, 0 of others), and pg_cron can run 32 at once: "
                    + "it can hang for everybody => alter system set cron.max_running_jobs = 40; (a superuser, restart)"
            ]
        )
        #expect(
            wrong { $0.cron.maxConnections = 5 } == [
                "wrong postgres: max_connections is 5, and the active jobs alone need 6 => "
                    + "alter system set max_connections = 6; (a superuser, restart)"
            ]
        )
    }

    @Test("what cannot be read is unknown, not wrong")
    func unknown() {
        var inspection = sound
        inspection.cron.preloadLibraries = nil
        inspection.cron.logsRuns = nil
        inspection.cron.usesBackgroundWorkers = nil
        inspection.cron.capacity?.others = nil
        inspection.works[0].isLinkTried = false
        #expect(
            inspection.findings.filter { $0.state != .present }.map { "\($0.state.rawValue): \($0.text)" } == [
                "unknown: whether pg_cron is preloaded", "unknown: cron.use_background_workers",
                "unknown: cron.log_run",
                "unknown: whether pg_cron can run all active jobs at once", "unknown: whether the link can log in",
            ]
        )
    }

    @Test("roles of jobs have to exist, log in and connect")
    func jobs() {
        #expect(
            wrong { $0.cron.jobs.append(JobFacts(jobid: 9, role: "gone", database: "shop", isActive: false)) } == [
                "wrong postgres/gone: job 9 belongs to role \"gone\", which does not exist: pg_cron runs no job of anybody "
                    + "=> select cron.unschedule(9); (a superuser)"
            ]
        )
        #expect(
            wrong { $0.cron.jobs.append(JobFacts(jobid: 9, role: "runner", database: "gone", isActive: true)) } == [
                "wrong postgres/runner: job 9 is for database \"gone\", which does not exist "
                    + "=> select cron.unschedule(9); (role runner)"
            ]
        )
        #expect(
            wrong { $0.roles["runner"]?.canLogin = false } == [
                "missing postgres/runner: may log in => alter role runner login; (a superuser)"
            ]
        )
        #expect(
            wrong { $0.roles["runner"]?.connectable = [] } == [
                "missing shop/runner: connect on database shop => grant connect on database shop to runner; (role shop_owner)"
            ]
        )
        #expect(
            wrong { $0.cron.permitted["shop"]?.append("It's gone") } == [
                "superfluous postgres/It's gone: jobs of database \"shop\" may run as a role that does not exist => "
                    + "select cronmill_cron.forbid_run_as('shop', 'It''s gone'); (role postgres)"
            ]
        )
    }

    @Test("whether pg_cron can log in is told by its runs, or else by the first line of pg_hba.conf that fits")
    func logins() {
        func rule(_ line: Int, _ method: String, users: [String] = ["all"], options: [String] = [])
            -> AuthenticationRule
        {
            AuthenticationRule(
                line: line,
                type: "local",
                databases: ["all"],
                users: users,
                coversLoopback: false,
                method: method,
                options: options
            )
        }
        func state(_ rules: [AuthenticationRule], message: String? = nil) -> String {
            var inspection = sound
            inspection.cron.jobs[0].lastStatus = nil
            inspection.cron.jobs[0].lastMessage = message
            inspection.cron.authentication = rules
            let finding = PermissionCheck.jobLogins.find(inspection)[0]
            return "\(finding.state.rawValue): \(finding.text)"
        }
        let login = "log in to database \"shop\" as \"runner\" from /run/postgresql"
        #expect(state([rule(1, "trust")]) == "present: pg_cron can \(login): line 1 of pg_hba.conf")
        #expect(
            state([rule(1, "trust", users: ["other"]), rule(2, "reject"), rule(3, "trust")])
                == "wrong: pg_cron cannot \(login): line 2 of pg_hba.conf rejects it"
        )
        #expect(state([]) == "wrong: pg_cron cannot \(login): no line of pg_hba.conf lets it in")
        #expect(
            state([rule(4, "scram-sha-256")])
                == "unknown: whether pg_cron can \(login): by line 4 of pg_hba.conf the password file of the server's system "
                + "user has to have its password"
        )
        #expect(
            state([rule(4, "trust")], message: "connection failed")
                == "wrong: pg_cron cannot \(login): its last run says \"connection failed\""
        )
        var inspection = sound
        inspection.cron.jobs[0].lastMessage = "connection failed"
        #expect(
            PermissionCheck.jobLogins.find(inspection)[0].remedy?.sql == """
                -- above the other lines of pg_hba.conf:
                -- local "shop" "runner" peer map=cronmill
                -- in pg_ident.conf beside it (the server's system user, usually postgres):
                -- cronmill postgres "runner"
                select pg_reload_conf();
                """
        )
    }

    @Test("a link's role has its link and nothing else, and the link leads here")
    func links() {
        let link = "cronmill link shop"
        #expect(
            wrong {
                $0.roles[link]?.attributes = ["createdb"]
                $0.roles[link]?.memberOf = ["runner"]
            } == [
                "superfluous postgres/\(link): createdb => alter role \"\(link)\" nocreatedb; (a superuser)",
                "superfluous postgres/\(link): membership in role runner => "
                    + "revoke runner from \"\(link)\"; (a superuser)",
            ]
        )
        #expect(
            wrong { $0.works[0].linkOptions["port"] = "5433" } == [
                "wrong shop: the link leads to port 5433 => alter server cronmill options (set port '5432'); (role postgres)"
            ]
        )
    }

    /// The error of a link whose text says nothing to who does not read its language.
    private func failing(_ state: SQLState, _ more: (inout PermissionInspection) -> Void) -> [String] {
        wrong {
            $0.works[0].linkError = "es geht nicht"
            $0.works[0].linkState = state
            more(&$0)
        }
    }

    @Test("what is wrong with a link is told by the catalogs and the SQLSTATE, not by the message")
    func linkRemedies() {
        let link = "cronmill link shop"
        let begin = "wrong shop/\(link): the link cannot log in: es geht nicht"
        let elsewhere = failing("08001") { $0.works[0].linkOptions["host"] = "db.example" }
        #expect(
            elsewhere == [begin + " => alter server cronmill options (set host '127.0.0.1'); (role postgres)"]
        )
        let locked = failing("08001") { $0.roles[link]?.canLogin = false }
        #expect(locked.contains(begin + " => alter role \"\(link)\" login; (a superuser)"))
        let shut = failing("08001") { $0.roles[link]?.connectable = [] }
        #expect(shut.contains(begin + " => grant connect on database postgres to \"\(link)\"; (a superuser)"))
        let rule =
            begin + """
                 => -- above the other lines of pg_hba.conf:
                -- host "postgres" "\(link)" 127.0.0.1/32 scram-sha-256
                select pg_reload_conf(); (a superuser)
                """
        let open = failing("2F003") { _ in }
        #expect(open == [rule])
        let unruled = failing("08001") { $0.cron.authentication = [] }
        #expect(unruled.contains(rule))
        let password = failing("08001") {
            $0.cron.authentication = [
                AuthenticationRule(
                    line: 1,
                    type: "host",
                    databases: ["all"],
                    users: ["all"],
                    coversLoopback: true,
                    method: "scram-sha-256",
                    options: []
                )
            ]
        }
        let isRotated = password.contains { $0.hasPrefix(begin + " => -- A new password for the link") }
        #expect(isRotated, "\(password)")
        let other = failing("42501") { _ in }
        #expect(other == [begin + " => nothing (nobody)"])
    }

    @Test("roles with a part may connect to where they have something to see")
    func connects() {
        let monitor = { (inspection: inout PermissionInspection, canLogin: Bool) in
            inspection.roles["grafana"] = RoleFacts(name: "grafana", canLogin: canLogin)
            let target = PrivilegeFacts.Granted(role: "grafana", target: "usage on schema cronmill_cron")
            inspection.cron.privileges.granted = [target]
            inspection.cron.privileges.wanted = [.init(role: target.role, part: "monitor", target: target.target)]
        }
        #expect(wrong { monitor(&$0, false) } == [])
        #expect(
            wrong { monitor(&$0, true) } == [
                "missing postgres/grafana: connect on database postgres => "
                    + "grant connect on database postgres to grafana; (role postgres)"
            ]
        )
    }

    @Test("what parts take and is not there is granted, and what no part takes is revoked")
    func privileges() {
        let usage = "usage on schema cronmill"
        #expect(
            wrong {
                $0.works[0].privileges.wanted = [.init(role: "runner", part: "run-as", target: usage)]
                $0.works[0].privileges.granted = [
                    .init(role: "O'x", target: usage), .init(role: "public", target: usage),
                ]
            } == [
                "missing shop/runner: \(usage) (run-as) => grant \(usage) to runner; (role postgres)",
                "superfluous shop/O'x: \(usage) => revoke \(usage) from \"O'x\"; (role postgres)",
                "superfluous shop/public: \(usage) => revoke \(usage) from public; (role postgres)",
            ]
        )
        #expect(
            wrong {
                $0.cron.privileges.wanted = [.init(role: "runner", part: "run-as", target: "usage on schema cron")]
            } == [
                "missing postgres/runner: usage on schema cron (run-as) => grant usage on schema cron to runner; (a superuser)"
            ]
        )
    }

    @Test("a run-as role needs its handler, and nobody else a place in its search_path")
    func handlers() {
        #expect(
            wrong {
                $0.works[0].processors[0].mayUseSchema = false
                $0.works[0].processors[0].mayExecute = false
                $0.works[0].processors[0].openSchemas = ["public": "pg_database_owner"]
            } == [
                "missing shop/runner: usage on schema app (handler of work) => "
                    + "grant usage on schema app to runner; (role app_owner)",
                "missing shop/runner: execute on function app.work(jsonb) (handler of work) => "
                    + "grant execute on function app.work(jsonb) to runner; (role app_owner)",
                "superfluous shop/public: create on schema public, in which handler app.work(jsonb) looks for names => "
                    + "revoke create on schema public from public; (role pg_database_owner)",
            ]
        )
        #expect(
            wrong { $0.works[0].processors[0].handlerSchema = nil } == [
                "wrong shop: handler app.work(jsonb) of processor work does not exist => "
                    + "update cronmill.processor set enabled = false where name = 'work'; (role postgres)"
            ]
        )
    }

    @Test("it is said what isolation is lost where the installer runs processors, or a superuser does")
    func isolation() {
        var inspection = sound
        inspection.works[0].processors[0].runAs = "postgres"
        #expect(inspection.remarks.count == 2)
        #expect(inspection.remarks[0].hasPrefix("Role \"postgres\" installs and runs processors: "))
        #expect(inspection.remarks[1].hasPrefix("Role \"postgres\" is a superuser, so handler app.work(jsonb) "))
    }
}

internal import Postgres
internal import SQLFiles

/// A work database's side of a comparison of the halves.
struct WorkSide: Sendable {
    let state: WorkState
    /// What the registry has to be told of each processor.
    var settings: [String: RegistrySettings] = [:]
    var procedures: [String: ProcedureState] = [:]
    var grantees: [Grantee] = []
    var differences: [Difference] = []
    /// If there is one, nothing else was looked at: that is done by these functions.
    var renewal: Renewal?

    /// - Throws: `CronmillError` where nothing is set up, and in a copy.
    init(_ session: Session, files: [SQLFile], isLinked: Bool) throws {
        state = try WorkState.inspect(session, files)
        guard state.isInstalled else { throw CronmillError.notSetUp(session.database) }
        let asks = try session.one("select to_regprocedure('cronmill.assert_original()') is not null as asks")
        if try asks.get("asks") { try session.execute("select cronmill.assert_original()") }
        if let installed = state.half {
            let half = try Half.work(files, isLinked: isLinked)
            (differences, renewal) = try Renewal.find(half, installed, work: session.database, session)
        }
        guard renewal == nil else { return }
        settings = try RegistrySettings.all(session)
        procedures = try ProcedureState.all(session)
        grantees = try Grantee.all(session)
    }
}

/// What comparing the halves of one work database found.
struct Synchronization: Sendable {
    let work: WorkSide
    let cron: CronInspection
    let database: String
    var differences: [Difference] = []
    var registryRenewal: Renewal?
    var mustRegister = false
    /// Processors the registry has and the work database has not.
    var strays: [String] = []
    /// Monitors and operators the registry does not know.
    var grantees: [Grantee] = []
    /// Run-as roles the registry does not permit, and may.
    var permissible: [String] = []
    /// Those it may not: the owner of the work database's schema has named them, nobody of the cron database has.
    var withheld: [String] = []

    init(work: WorkSide, cron: CronInspection, database: String) {
        self.work = work
        self.cron = cron
        self.database = database
    }

    /// Role of the link; nil where there is none.
    var linkRole: String? { work.state.isLinked == true ? LinkRole.name(for: database) : nil }

    /// Whether functions were changed by hand. Then nothing else was compared: that is done by these functions.
    var isAboutFunctions: Bool { work.renewal != nil || registryRenewal != nil }

    /// Processors of the work database of which something differs.
    var drifted: [String] {
        // Slot 0 is a housekeeper. What has a command of its own is not repaired here.
        let own = differences.filter { $0.database == database && $0.slot != 0 && $0.command == nil }
        return Set(own.compactMap(\.processor)).subtracting(strays).sorted()
    }

    mutating func compare(files: [SQLFile], _ session: Session) throws {
        if let installed = cron.state.half {
            let found = try Renewal.find(.cron(files), installed, work: database, session)
            differences += found.differences
            registryRenewal = found.renewal
        }
        differences += work.differences
        guard !isAboutFunctions else { return }
        compareRegistration()
        try compareRoles(session)
        try compareSettings(session)
        try compareJobs(session)
        for (name, procedure) in work.procedures.sorted(by: { $0.key < $1.key }) {
            guard let text = procedure.difference else { continue }
            let command =
                "cronmill configure \(name.shellWord) --database \(database.shellWord) --handler SCHEMA.FUNCTION"
            note(name, text, command: procedure.renewal == nil ? command : nil)
        }
    }

    private mutating func note(_ processor: String?, _ text: String, command: String? = nil) {
        differences.append(Difference(database: database, processor: processor, text: text, command: command))
    }

    private mutating func compareRegistration() {
        if !cron.isRegistered {
            note(nil, "the registry does not know this database")
        } else if cron.registeredLinkRole != linkRole {
            note(
                nil,
                "the registry has link role \(cron.registeredLinkRole ?? "none"), the link is \(linkRole ?? "none")"
            )
        } else {
            return
        }
        mustRegister = true
    }

    private mutating func compareRoles(_ session: Session) throws {
        let roles = Set(work.settings.values.map(\.runAs)).subtracting(cron.permittedRoles)
        (permissible, withheld) = cron.trusts(work.state) ? (roles.sorted(), []) : ([], roles.sorted())
        for settings in work.settings.values.sorted(by: { $0.name < $1.name }) where roles.contains(settings.runAs) {
            let text = "the registry does not permit its role \(settings.runAs)"
            let isWithheld = withheld.contains(settings.runAs)
            note(settings.name, text, command: isWithheld ? .permitting(settings.runAs, database) : nil)
        }
        grantees = try Grantee.existing(work.grantees.filter { !cron.grantees.contains($0) }, session)
        for grantee in grantees { note(nil, "the registry does not know \(grantee.part) \(grantee.role)") }
    }

    private mutating func compareSettings(_ session: Session) throws {
        let there = try RegistrySettings.registered(database, session)
        for (name, here) in work.settings.sorted(by: { $0.key < $1.key }) {
            guard let registered = there[name] else {
                note(name, "the registry does not know it")
                continue
            }
            for ((column, value), (_, other)) in zip(here.columns, registered.columns) where value != other {
                note(name, "\(column) is \(value), the registry has \(other)")
            }
        }
        strays = there.keys.filter { work.settings[$0] == nil }.sorted()
        for name in strays { note(name, "the registry has it, the work database does not") }
    }

    private mutating func compareJobs(_ session: Session) throws {
        for row in try session.query(
            """
            select d.database_name, d.processor, d.slot, d.difference, d.command
            from cronmill_cron.differences(\([database])) as d
            """
        ) {
            differences.append(
                Difference(
                    database: try row.get("database_name"),
                    processor: try row.get("processor"),
                    slot: try row.get("slot"),
                    text: try row.get("difference"),
                    command: try row.get("command")
                )
            )
        }
        // Jobs of a processor that neither half knows.
        let nowhere = Set(drifted).subtracting(work.settings.keys)
        strays += nowhere.sorted()
    }
}

extension WorkState {
    /// Refuses a plan that changes this half and is not its owner's.
    func checkOwner(of plan: Plan) throws {
        guard plan.steps.contains(where: { $0.database == database }) else { return }
        try Plan.checkOwner(owner, user: user, schema: "cronmill", database: database)
    }
}

extension CronState {
    /// Refuses a plan that changes this half and is not its owner's.
    func checkOwner(of plan: Plan) throws {
        guard plan.steps.contains(where: { $0.database == database }) else { return }
        try Plan.checkOwner(owner, user: user, schema: "cronmill_cron", database: database)
    }
}

extension String {
    /// The command by which a person permits a role.
    static func permitting(_ role: String, _ database: String) -> String {
        "cronmill grant run-as \(role.shellWord) --database \(database.shellWord)"
    }

    /// The command that makes jobs and functions of a work database what they have to be.
    static func syncing(_ database: String) -> String { "cronmill sync --database \(database.shellWord)" }

    /// The command by which a copied work database takes over.
    package static func adopting(_ database: String) -> String {
        "cronmill sync --adopt --database \(database.shellWord)"
    }
}

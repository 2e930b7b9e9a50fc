internal import Postgres
internal import SQLFiles

/// What is found of a half before anything is planned: `CronState`, `WorkState`.
protocol HalfState {
    /// Of the half's SQL files: `cron` or `work`.
    static var folder: String { get }
    var isInstalled: Bool { get }
    var isSuperuser: Bool { get }
    var user: String { get }
    /// Role that owns our schema, if it is there.
    var owner: String? { get }

    /// What anybody may see.
    static func facts(_ session: Session) throws -> Self
}

extension HalfState {
    /// Without a look at all its routines, for who wants to know whether it is there.
    ///
    /// - Throws: `CronmillError` for tables of a version that this program does not know.
    static func glance(_ session: Session) throws -> Self {
        let state = try facts(session)
        if state.showsHalf { _ = try SQLScript.own(folder).installedVersion(isStrict: false, session) }
        return state
    }

    /// What is installed of it, where the role may see that; this looks at all its routines.
    ///
    /// - Parameter isStrict: whether the tables have to be those of their version, as for installing.
    func installedHalf(_ files: [SQLFile], isStrict: Bool, _ session: Session) throws -> InstalledHalf? {
        guard showsHalf else { return nil }
        return try InstalledHalf(SQLScript(folder: Self.folder, of: files), isStrict: isStrict, session)
    }

    private var showsHalf: Bool { isInstalled && (isSuperuser || owner == user) }
}

extension SQLScript {
    private static let halves = Dictionary(
        uniqueKeysWithValues: ["cron", "work"].map { folder in (folder, Result { try SQLScript(folder: folder) }) }
    )

    /// Of this program's own files, which are put together once: some ask every few seconds.
    fileprivate static func own(_ folder: String) throws -> SQLScript {
        try halves[folder]?.get() ?? SQLScript(folder: folder)
    }
}

internal import Postgres
internal import SQLFiles

/// A file of `sql/upgrades/work/` or `sql/upgrades/cron/`: `007_task_notes.sql` leads from schema version 6 to 7.
///
/// It changes tables and types only; functions, views and triggers are made anew from their own files afterwards.
struct SchemaUpgrade: Sendable, Hashable {
    /// The schema version it leads to.
    let number: Int
    /// What it is about: "task notes".
    let title: String
    let text: SQL

    /// Nil for a file that is none.
    init?(path: String, text: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let parts = name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, name.hasSuffix(".sql"), let number = Int(parts[0]) else { return nil }
        self.number = number
        self.title = String(parts[1].dropLast(".sql".count)).replacing("_", with: " ")
        self.text = SQL(unsafeRaw: text)
    }
}

extension SQLScript {
    /// The schema version its tables have. 1 is that of the first release.
    var version: Int { upgrades.last?.number ?? 1 }

    /// Schema of the half's tables.
    var schema: String { folder == "cron" ? "cronmill_cron" : "cronmill" }

    /// Columns and types the tables are made of, qualified: each has a comment.
    var promised: Set<String> {
        var names: Set<String> = []
        for file in files where file.path.contains("/tables/") {
            for line in file.text.split(separator: "\n") {
                for beginning in ["comment on column ", "comment on type "] where line.hasPrefix(beginning) {
                    names.insert(String(line.dropFirst(beginning.count).prefix { $0 != " " }))
                }
            }
        }
        return names
    }
}

extension Plan {
    /// Brings tables of an older version up to date, in order, in the transaction that renews the functions.
    mutating func upgrade(_ script: SQLScript, from version: Int, in database: String) {
        for upgrade in script.upgrades where upgrade.number > version {
            let row = """
                begin
                    update \(script.schema).installation set schema_version = \(upgrade.number) where schema_version = \(upgrade.number - 1);
                    if not found then
                        raise exception using errcode = 'MC013', message = 'somebody else has upgraded this schema at the same time';
                    end if;
                end
                """
            add(
                "upgrade schema \(script.schema) to version \(upgrade.number): \(upgrade.title)",
                in: database,
                "do \(literal: row)",
                upgrade.text
            )
        }
    }
}

extension SQLScript {
    /// The schema version of the half that is installed here, after a look at whether this program can work with it.
    ///
    /// - Parameter isStrict: whether the tables have to be those of the version.
    /// - Throws: `CronmillError` for tables newer than this program; if strict, for tables that are not what the number
    ///   promises, as those of an unreleased state.
    func installedVersion(isStrict: Bool, _ session: Session) throws -> Int {
        let version: Int = try session.one(
            "select i.schema_version from \(identifier: [schema, "installation"]) as i"
        ).get("schema_version")
        guard version <= self.version else {
            throw CronmillError(
                .failed,
                "schema \(schema) of database \"\(session.database)\" has version \(version), and this program knows it up to version \(self.version)",
                detail: "A newer cronmill has upgraded it.",
                hint: "Use that one.",
                database: session.database
            )
        }
        guard isStrict, version == self.version else { return version }
        let found: Set<String> = Set(
            try session.query(.tableColumns(schema: schema)).map { try $0.get("name") }
        )
        let promised = self.promised
        guard found != promised else { return version }
        let missing = promised.subtracting(found).sorted().map { "there is no \($0)" }
        let unknown = found.subtracting(promised).sorted().map { "nobody knows \($0)" }
        throw CronmillError(
            .failed,
            "schema \(schema) of database \"\(session.database)\" cannot be upgraded: its tables are not those of version \(version)",
            detail: "They are of a state that was never released, or were changed by hand: "
                + "\((missing + unknown).prefix(5).joined(separator: ", ")).",
            hint: "Remove it with the program that installed it (cronmill remove), then set it up again.",
            database: session.database
        )
    }
}

internal import Cronmill

/// A setting as it is shown: nil where nobody gave it.
struct ShownSetting: Sendable, Hashable {
    let name: String
    let value: String?
    let from: String?
    /// What stands in the place of a value that is absent.
    let absence: String

    init(_ name: String, _ setting: Setting?, absence: String = "(libpq)") {
        self.name = name
        self.value = setting?.shown
        self.from = setting?.source.description
        self.absence = absence
    }
}

extension ResolvedSettings {
    /// Every setting of both sides, by the name of its variable; what a URI says besides, by libpq's keyword. What nobody
    /// gave is what libpq's own variable says, if no service is named, which would know better.
    func shown(_ environment: [String: String] = [:]) -> [ShownSetting] {
        let parts = ConnectionPart.all
        let known = parts.map(\.keyword) + ["dbname"]
        func others(_ side: String, _ settings: [String: Setting]) -> [ShownSetting] {
            settings.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
                .map { ShownSetting("\(side) \($0.key)", $0.value) }
        }
        func setting(_ part: ConnectionPart, _ settings: [String: Setting]) -> Setting? {
            let name = "PG" + part.keyword.uppercased()
            if let setting = settings[part.keyword] { return setting }
            guard settings["service"] == nil, environment["PGSERVICE"] == nil, let value = environment[name],
                !value.isEmpty
            else { return nil }
            return Setting(value, source: .environment(name), isSecret: part.isSecret)
        }
        return parts.map { ShownSetting($0.workVariable, setting($0, work)) }
            + [ShownSetting("DB_NAME", work["dbname"], absence: "(none)")] + others("work", work)
            + databases.map { ShownSetting("--database", $0) }
            + parts.map { ShownSetting($0.cronVariable, setting($0, cron)) }
            + [ShownSetting("PG_CRON_DATABASE", cron["dbname"])] + others("cron", cron)
    }
}

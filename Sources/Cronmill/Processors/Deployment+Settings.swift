internal import Postgres

/// What a processor is set to.
public struct ProcessorSettings: Sendable, Hashable {
    /// A setting, as options of `configure` call it, and its value for people.
    public struct Setting: Sendable, Hashable {
        /// Its name: `max-attempts`.
        public var title: String
        /// Its value: `5`, `30m`, `never`.
        public var text: String
    }

    /// Its queue.
    public var queue: String
    /// Its handler, as it was given.
    public var handler: String
    /// The role its handler runs as.
    public var runAs: String
    /// What users set.
    public var settings: [Setting]
}

extension Deployment {
    /// What a processor is set to, in the order of `configure`.
    ///
    /// - Throws: `CronmillError` for a processor that is not there; `PostgresError`.
    public func settings(of processor: String, in database: String) async throws -> ProcessorSettings {
        try await inSetUp(database, for: .monitor) { session in
            let rows = try session.query(
                """
                select q.name as queue, p.handler, p.run_as,
                    \(sql: ProcessorColumn.all.map(\.expression).joined), \(sql: QueryRow.columns)
                from cronmill.processor as p
                join cronmill.queue as q on q.queue_id = p.queue_id
                where p.name = \(processor)
                """
            )
            guard let row = rows.first else {
                let known: [String] = try session.query("select p.name from cronmill.processor as p order by p.name")
                    .map { try $0.get("name") }
                throw CronmillError.unknownProcessor(processor, in: [database], known: known)
            }
            var settings = try ProcessorColumn.all.map { column in
                try ProcessorSettings.Setting(
                    title: column.title,
                    text: row.get(column.name, as: String.self).shownSetting(of: column.name)
                )
            }
            if let query = try QueryRow(row) {
                settings += ["result_limit", "over_limit", "refresh_after"].compactMap { name in
                    query.text(of: name).map { text in
                        ProcessorSettings.Setting(
                            title: name.replacing("_", with: "-"),
                            text: text.shownSetting(of: name)
                        )
                    }
                }
            }
            return try ProcessorSettings(
                queue: row.get("queue"),
                handler: row.get("handler"),
                runAs: row.get("run_as"),
                settings: settings
            )
        }
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Tries fragments that wait, as the role that will do them, without running one: what would fail is said before
    /// anything moves.
    ///
    /// - Throws: `CronmillError` with what would fail; `PostgresError`.
    func tryFragments(of plan: TakeOverPlan) async throws {
        var failing: [(text: String, count: Int)] = []
        for table in plan.tables where plan.tried.contains(table.queue) {
            failing += try await failures(of: table, in: plan.database)
        }
        guard !failing.isEmpty else { return }
        let total = failing.reduce(0) { $0 + $1.count }
        throw CronmillError(
            .failed,
            "\(total.counted("fragment")) that \(total == 1 ? "waits" : "wait") would fail",
            detail: failing.prefix(10).map { "\($0.count.counted("fragment")): \($0.text)." }.joined(separator: " ")
                + (failing.count > 10 ? " And \((failing.count - 10).counted("other reason"))." : ""),
            hint: "Put that right; or take them over all the same, to become dead tasks: --accept-failing",
            database: plan.database
        )
    }

    /// Reasons for which fragments would fail, the most frequent first.
    private func failures(of table: TakeOverPlan.Table, in database: String) async throws -> [(
        text: String, count: Int
    )] {
        try await inWork(database) { session in
            let settings = try session.one(
                """
                select p.run_as, p.handler_search_path, p.result_table, p.result_layout = 'partitioncache' as is_lenient,
                    coalesce((
                        select format_type(t.typelem, null)
                        from pg_catalog.pg_attribute as a
                        join pg_catalog.pg_type as t on t.oid = a.atttypid
                        where a.attrelid = to_regclass(p.result_table) and a.attname = 'result'
                    ), 'text') as element
                from cronmill.processor as p where p.name = \(table.queue)
                """
            )
            let runAs: String = try settings.get("run_as")
            guard
                try session.one("select pg_has_role(\(runAs), 'member') as may_be").get("may_be", as: Bool.self)
            else { return [] }
            let fragments = try session.query(
                """
                select o.query::text as query, o.partition_key::text as partition_key,
                    o.partition_datatype::text as datatype
                from \(unsafeRaw: table.name) as o
                order by o.priority desc, o.id
                limit \(Self.fragmentsTried)
                """
            )
            let queries: [String] = try fragments.map { try $0.get("query") }
            let keys: [String] = try fragments.map { try $0.get("partition_key") }
            let types: [String] = try fragments.map { try $0.get("datatype", as: String?.self) ?? "" }
            // To parse a text may run code of whoever wrote it: literals of a domain are checked. So it is done with this
            // role's rights, and nothing gets out of them.
            return try OwnerRights(session).readOnce(
                .fragmentFaults(
                    queries: queries,
                    keys: keys,
                    types: types,
                    searchPath: settings.get("handler_search_path", as: String.self),
                    resultTable: settings.get("result_table", as: String.self),
                    isLenient: settings.get("is_lenient", as: Bool.self),
                    element: settings.get("element", as: String.self)
                ),
                as: runAs,
                "reason text, total integer"
            ).map { try ($0.get("reason", as: String.self), $0.get("total", as: Int.self)) }
        }
    }

    /// Fragments that are tried, those that would be done first.
    private static var fragmentsTried: Int { 1_000 }
}

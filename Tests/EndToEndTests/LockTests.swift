import Postgres
import Testing

/// Advisory locks can be taken by anybody who may connect: they order the work of those who do it, and are not believed of
/// anybody else.
@Suite("Locks of strangers", .timeLimit(.minutes(60)))
struct LockTests {
    @Test("locks of a stranger stop no slot, no group, no query, no housekeeper and no change, and are told")
    func strangers() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable", "--slots", "2")
                try await server.makeRole("stranger")
                try await fixture.enqueue(2)
                try await fixture.script("select cronmill.enqueue('work', '{\"n\": 3}', group_key => 'g')")
                var held: [Connection] = []
                for database in [fixture.database, "postgres"] {
                    let stranger = try await server.connectByPassword(database, as: "stranger")
                    try await stranger.script(
                        """
                        select pg_advisory_lock(class, key)
                        from unnest(array[1668443500, 1668443501, 1668443502]) as class, generate_series(0, 9) as key;
                        select pg_advisory_lock(1668443504, hashtext(concat(queue, ' g'))) from generate_series(0, 9) as queue
                        """
                    )
                    held.append(stranger)
                }
                let status = try await fixture.rows("select running from cronmill.processor_status where name = 'work'")
                #expect(status == ["0"])
                try await fixture.call()
                #expect(try await fixture.done() == [1, 2, 3])
                #expect(
                    try await fixture.rows("select end_reason, done from cronmill.run") == ["empty|3"]
                )
                let configured = try await fixture.cronmillHere("configure", "work", "--slots", "3")
                #expect(configured.exitCode == 0, "\(configured.errors)")
                let granted = try await fixture.cronmillHere("grant", "monitor", "stranger")
                #expect(granted.exitCode == 0, "\(granted.errors)")
                try await fixture.script("select cronmill_cron.raise_alarms()", in: "postgres")
                try await fixture.script("call cronmill_cron.house()", in: "postgres")
                let pid = try await held[0].query("select pg_backend_pid() as pid")[0].get("pid", as: Int.self)
                #expect(
                    try await fixture.cronRows(
                        "select database_name, detail from cronmill_cron.alarm where kind = 'lock' and cleared_at is null"
                    ) == [
                        "\(fixture.database)|Advisory locks of Cronmill are held by strangers, and are not believed: "
                            + "process \(pid) of role \"stranger\"."
                    ]
                )
                let check = try await fixture.cronmillHere("check-permissions")
                #expect(check.exitCode == 3 && check.output.contains("select pg_terminate_backend(\(pid));"))
                for connection in held { await connection.close() }
                try await eventually("the locks are gone") {
                    try await fixture.cronmillHere("check-permissions").exitCode == 0
                }
            }
        }
    }

    @Test("of two housekeepers one has nothing to do, until the other's backend is gone")
    func housekeepers() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                try await fixture.script("select cron.alter_job(jobid, active := false) from cron.job", in: "postgres")
                try await eventually("no housekeeper runs") {
                    try await fixture.cronRows("select name from cronmill_cron.housekeeper where pid is not null") == []
                }
                let first = try await server.connect()
                let second = try await server.connect()
                func begins(_ connection: Connection) async throws -> Bool {
                    try await connection.query("select cronmill_cron.begin_house('watch') as begins")[0].get("begins")
                }
                #expect(try await begins(first))
                #expect(try await begins(second) == false)
                await first.close()
                try await eventually("the backend is gone") { try await begins(second) }
                await second.close()
            }
        }
    }
}

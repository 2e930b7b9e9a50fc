import Foundation
import Postgres
import PrivateServer
import Testing

/// What `cronmill server` tells, against what the server says itself.
@Suite("Server", .timeLimit(.minutes(60)))
struct ServerTests {
    private struct Report: Decodable {
        var server: Server?
        var databases: [Database]
        var tables: [Table]

        struct Server: Decodable {
            var connections: Connections
            var standbys: [Standby]?
            var replicationSlots: [Slot]
            var history: History?
            var snapshotHolders: [Holder]
        }

        struct Connections: Decodable {
            var limit: Int
            var inUse: Int?
            var byState: [String: Int]?
        }

        struct Standby: Decodable {
            var state: String
            var replayLagBytes: Int?
        }

        struct Slot: Decodable {
            var name: String
            var active: Bool
        }

        struct History: Decodable { var bytes: Int }

        struct Holder: Decodable {
            var database: String?
            var holder: String
        }

        struct Database: Decodable {
            var database: String
            var bytes: Int?
        }

        struct Table: Decodable {
            var database: String
            var schema: String
            var table: String
            var rowsEstimate: Int?
            var bytes: Int
            var indexBytes: Int
            var indexes: [Index]
        }

        struct Index: Decodable {
            var index: String
            var bytes: Int
        }
    }

    private func report(_ result: ProgramResult) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(result.output.utf8))
    }

    @Test("sizes are those of the server, and rows its estimate")
    func sizes() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1_000)
            try await fixture.script("vacuum analyze cronmill.task")
            let result = try await fixture.cronmillHere("server", "--json")
            try #require(result.exitCode == 0 && result.errors == "", "\(result.errors)")
            let report = try report(result)
            #expect(Set(report.tables.map(\.database)) == ["postgres", fixture.database])
            let task = try #require(report.tables.first { $0.schema == "cronmill" && $0.table == "task" })
            // The server adds what is reported late to what vacuum has counted.
            #expect((1_000...2_000).contains(task.rowsEstimate ?? 0))
            let sizes: SQL =
                "select pg_table_size('cronmill.task') as t, pg_indexes_size('cronmill.task') as i"
            #expect(try await fixture.rows(sizes) == ["\(task.bytes)|\(task.indexBytes)"])
            #expect(task.indexes.reduce(0) { $0 + $1.bytes } == task.indexBytes)
            let bytes = try await fixture.rows("select pg_database_size(current_database())")
            #expect(report.databases.first { $0.database == fixture.database }?.bytes.map(String.init) == bytes.first)
            let server = try #require(report.server)
            #expect(server.connections.limit == 200 && (server.connections.inUse ?? 0) > 0)
            #expect((server.history?.bytes ?? 0) > 0)

            let text = try await fixture.cronmillHere("server")
            #expect(text.output.hasPrefix("PostgreSQL ") && text.output.contains(", primary, since "))
            #expect(text.output.contains("Standbys: none\n"))
            let alone = try await fixture.cronmill(["server", "--json"])
            #expect(alone.exitCode == 0 && alone.errors == "", "\(alone.errors)")
            #expect(Set(try self.report(alone).tables.map(\.database)) == ["postgres"])
            #expect(text.output.contains("cronmill.task"))
        }
    }

    @Test(
        "a monitor who may not read statistics is told so, and sees no zeros; who is none is told which grant he lacks"
    )
    func rights() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let role = "\(fixture.runner)_mon"
            try await fixture.server.makeRole(role)
            let environment = fixture.server.passwordEnvironment(role)
            let here = ["--database", fixture.database]
            let stranger = try await fixture.cronmill(["server"] + here, environment: environment)
            #expect(stranger.output == "" && stranger.exitCode == 1)
            #expect(stranger.errors.contains("cronmill grant monitor \(role) --database \(fixture.database)\n"))

            _ = try await fixture.cronmillHere("grant", "monitor", role)
            let seen = try await fixture.cronmill(["server", "--json"] + here, environment: environment)
            #expect(seen.exitCode == 0, "\(seen.errors)")
            let server = try #require(try report(seen).server)
            #expect(server.standbys == nil && server.connections.byState == nil && server.connections.inUse == nil)
            let text = try await fixture.cronmill(["server"] + here, environment: environment)
            #expect(text.output.contains("Standbys: not readable"))
            #expect(text.output.contains("those there are: not readable"))
        }
    }

    @Test("a database that cannot be reached leaves the rest told; so does the cron database")
    func unreachable() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let lost = "postgresql://127.0.0.1:1/lost"
            let part = try await fixture.cronmillHere("server", "--json", "--database", lost)
            #expect(part.exitCode == 2)
            #expect(part.errors.hasPrefix("cronmill: database lost:\n"))
            let seen = try report(part)
            #expect(seen.server != nil && seen.tables.contains { $0.database == fixture.database })

            let environment = ["PG_CRON_HOST": "127.0.0.1", "PG_CRON_PORT": "1"]
            let rest = try await fixture.cronmill(
                ["server", "--json", "--database", fixture.database],
                environment: environment
            )
            #expect(rest.exitCode == 2)
            #expect(rest.errors.hasPrefix("cronmill: cron database postgres:\n"))
            let work = try report(rest)
            #expect(work.server == nil && work.tables.contains { $0.table == "task" })
        }
    }

    @Test("a standby is told with what it has not replayed, until it is gone; on it the command works, too")
    func standby() async throws {
        try await withStandby { server, standby in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                try await fixture.script("select pg_create_physical_replication_slot('idle', true)")
                let far = try await standby.connect()
                try await far.execute("select pg_wal_replay_pause()")
                try await fixture.enqueue(1_000)
                try await eventually("it has received what it does not replay") {
                    let report = try report(try await fixture.cronmillHere("server", "--json"))
                    #expect(report.server?.replicationSlots.map(\.name) == ["idle"])
                    #expect(report.server?.replicationSlots.map(\.active) == [false])
                    return report.server?.standbys?.map(\.state) == ["streaming"]
                        && (report.server?.standbys?.first?.replayLagBytes ?? 0) > 50_000
                }
                #expect(
                    try await fixture.cronmillHere("server").output.contains("\nReplication slot idle: physical, not")
                )
                try await far.execute("select pg_wal_replay_resume()")
                await far.close()
                try await eventually("the set-up is replayed") {
                    let there = try await standby.cronmill(["server", "--database", "shop"])
                    return there.exitCode == 0 && there.output.contains(", standby, since ")
                }
                await standby.server.stop()
                try await eventually("it is gone") {
                    try report(try await fixture.cronmillHere("server", "--json")).server?.standbys?.isEmpty == true
                }
            }
        }
    }
}

import FoundationEssentials
import HTTPTypes
import Postgres
import Testing

@testable import Console
@testable import Cronmill

@Suite("Health and metrics of the console")
struct HealthTests {
    private let now = ContinuousClock.now

    @Test("it fails where status --exit-code would, and warns where there is a remark")
    func rule() {
        let well = Snapshot.made([.made("shop", "letters"), .made("shop", "old", .paused)], at: now)
        #expect(Health(well, at: now).status == .pass)
        var remarked = well
        remarked.report.serverRemarks = ["cron.log_run is off"]
        #expect(Health(remarked, at: now).status == .warn)
        #expect(Health(remarked, at: now).code(strict: false) == .ok)
        #expect(Health(remarked, at: now).code(strict: true) == .serviceUnavailable)
        var pending = well
        pending.pending = ["other"]
        #expect(Health(pending, at: now).status == .warn)
        for verdict in Verdict.allCases where !verdict.isFine {
            let snapshot = Snapshot.made([.made("shop", "letters", verdict)], at: now)
            #expect(Health(snapshot, at: now).status == .fail, "\(verdict)")
        }
        let error = PostgresError(kind: .connection, message: "password of ann")
        #expect(Health(well.withUnreachable("gone", error), at: now).status == .fail)
        var blind = well
        blind.report.cronError = error
        #expect(Health(blind, at: now).status == .fail)
        #expect(Health(Snapshot(), at: now).status == .fail)
        #expect(Health(well, at: now + .seconds(20)).status == .fail)
    }

    @Test("healthz is of the sampler alone, readyz of the cron database")
    func probes() {
        let snapshot = Snapshot.made([], at: now)
        #expect(snapshot.isTicking(at: now + .seconds(50)) && !snapshot.isTicking(at: now + .seconds(61)))
        #expect(snapshot.isReady(at: now + .seconds(13)) && !snapshot.isReady(at: now + .seconds(15)))
        #expect(!Snapshot().isTicking(at: now) && !Snapshot().isReady(at: now))
    }

    @Test("the report names what is wrong, and no host, user or password")
    func report() {
        let error = PostgresError(kind: .connection, message: "host db1 user eve password s3cret")
        var snapshot = Snapshot.made([.made("shop", "le\"t\nters\u{202e}", .behind, reason: "it waits")], at: now)
            .withUnreachable("gone", error)
        snapshot.downSince = ["gone": Date(timeIntervalSince1970: 1_796_000_000)]
        let text = Health(snapshot, at: now).json.prettyText
        #expect(text.contains("\"status\": \"fail\""))
        #expect(text.contains("\"partial\": true"))
        #expect(text.contains("\"age_seconds\": 1.0"))
        #expect(text.contains("\"processor\": \"le\\\"t\\nters\\u202e\""))
        #expect(text.contains("\"reason\": \"cannot be reached\""))
        #expect(text.contains("\"since\": \"2026-11-30T00:53:20.000Z\""))
        let page = Overview(snapshot: snapshot, filter: .none, now: now).page.text
        #expect(page.contains("cannot be reached; since 2026-11-30 00:53:20 UTC</span>"))
        #expect(!text.contains("db1") && !text.contains("eve") && !text.contains("s3cret"))
    }

    @Test("metrics have the figures of the snapshot, each name as it is")
    func metrics() {
        var snapshot = Snapshot.made([.made("a\\b", "le\"t\nters", .behind), .made("shop", "mails")], at: now)
            .withUnreachable("gone", CronmillError(.failed, "x"))
        snapshot.totals = [.made("shop", "mails")]
        let text = Metrics(snapshot, at: now).text
        let labels = "database=\"a\\\\b\",processor=\"le\\\"t\\nters\""
        let lines = text.split(separator: "\n").map(String.init)
        for line in [
            "cronmill_cron_up 1", "cronmill_scheduler_up 1", "cronmill_series_dropped{database=\"shop\"} 0",
            "cronmill_database_up{database=\"shop\"} 1", "cronmill_database_up{database=\"gone\"} 0",
            "cronmill_database_look_age_seconds{database=\"shop\"} 1.0",
            "cronmill_processor_verdict{\(labels),verdict=\"behind\"} 1",
            "cronmill_processor_verdict{\(labels),verdict=\"ok\"} 0",
            "cronmill_tasks{\(labels),state=\"ready\"} 7", "cronmill_tasks{\(labels),state=\"dead\"} 0",
            "cronmill_oldest_ready_task_age_seconds{\(labels)} 90.0",
            "cronmill_slots{\(labels),state=\"configured\"} 2",
            "cronmill_attempts_total{database=\"shop\",processor=\"mails\",outcome=\"done\"} 9007199254740993",
            "cronmill_attempts_total{database=\"shop\",processor=\"mails\",outcome=\"retried\"} 5",
            "cronmill_attempts_total{database=\"shop\",processor=\"mails\",outcome=\"dead\"} 2",
            "# TYPE cronmill_runs_total counter", "cronmill_runs_total{database=\"shop\",processor=\"mails\"} 12",
            "cronmill_run_failures_total{database=\"shop\",processor=\"mails\"} 3",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        // Every sample has its type above it, and none is there twice.
        #expect(Set(lines).count == lines.count)
        var family = ""
        for line in lines where !line.hasPrefix("# HELP") {
            if line.hasPrefix("# TYPE ") {
                family = line.split(separator: " ").dropFirst(2).first.map(String.init) ?? ""
            } else {
                #expect(line.prefix { $0 != "{" && $0 != " " } == family, "\(line)")
            }
        }
    }

    @Test(
        "figures of the server are told as far as they were seen; of standbys of one name the worst; a lost one is missed"
    )
    func server() {
        var snapshot = Snapshot.made([.made("shop", "mails")], at: now)
        snapshot.server = .made
        snapshot.sizes = [
            DatabaseSize(name: "shop", bytes: 9_007_199_254_740_993, transactionAge: 1),
            DatabaseSize(name: "other", bytes: 1, transactionAge: 1),
        ]
        snapshot.expectedStandbys = 3
        let text = Metrics(snapshot, at: now).text
        for line in [
            "cronmill_database_size_bytes{database=\"shop\"} 9007199254740993", "cronmill_history_rows 81204",
            "cronmill_connections{state=\"idle in transaction\"} 2", "cronmill_standbys 2",
            "cronmill_standbys_expected 3", "cronmill_replication_replay_lag_bytes{standby=\"b\"} 4096",
            "cronmill_replication_replay_lag_seconds{standby=\"b\"} 2.5",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
        #expect(!text.contains("database=\"other\""))
        #expect(Health(snapshot, at: now).status == .warn)

        // A person who may not see statistics of the server, whatever the console may.
        let target = ConnectionInfo([:])
        let person = Viewer(
            role: "ann",
            deployment: Deployment(cron: target, work: target),
            mayAct: true,
            token: "t",
            databases: ["shop"],
            readsStatistics: false
        )
        snapshot = snapshot.seen(by: person)
        #expect(snapshot.sizes.map(\.name) == ["shop"])
        #expect(throws: Problem.notReadable) { try Figures(snapshot, at: now).replication() }
        let blind = Metrics(snapshot, at: now).text
        #expect(
            !blind.contains("cronmill_standbys ") && !blind.contains("replay_lag") && !blind.contains("connections")
        )
        #expect(Health(snapshot, at: now).status == .pass)
    }

    @Test("in OpenMetrics a counter's family is named without _total, and the end is said")
    func openMetrics() {
        var snapshot = Snapshot.made([.made("shop", "mails")], at: now)
        snapshot.totals = [.made("shop", "mails")]
        let text = Metrics(snapshot, at: now).openMetrics
        #expect(
            text.contains("\n# TYPE cronmill_runs counter\ncronmill_runs_total{database=\"shop\",processor=\"mails\"} ")
        )
        #expect(text.contains("\n# TYPE cronmill_cron_up gauge\ncronmill_cron_up 1\n"))
        #expect(text.hasSuffix("\n# EOF\n"))
    }

    @Test("histograms count up to each bound, in both formats, where they are wanted")
    func histograms() {
        var snapshot = Snapshot.made([.made("shop", "mails")], at: now)
        #expect(!Metrics(snapshot, at: now).text.contains("histogram"))
        // Two of less than 2 us, three from 0.5 to 1 ms, one from 1 to 2 ms, one of hours; no database counts to the last.
        var counts = [2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1]
        counts += Array(repeating: 0, count: 25) + [1, 0, 0, 0, .max]
        let times = TaskTimes(counts: counts)
        snapshot.times = ["shop": [ProcessorTimes(processor: "mails", waited: times, worked: TaskTimes(counts: []))]]
        for text in [Metrics(snapshot, at: now).text, Metrics(snapshot, at: now).openMetrics] {
            let labels = "{database=\"shop\",processor=\"mails\""
            #expect(text.contains("\n# TYPE cronmill_task_wait_seconds histogram\n"))
            for (bound, count) in [("0.001024", 5), ("0.004096", 6), ("4294.967296", 6), ("+Inf", 7)] {
                #expect(
                    text.contains("\ncronmill_task_wait_seconds_bucket\(labels),le=\"\(bound)\"} \(count)\n"),
                    "\(bound): \(text)"
                )
            }
            #expect(text.contains("\ncronmill_task_wait_seconds_count\(labels)} 7\n"))
            #expect(text.contains("\ncronmill_task_work_seconds_count\(labels)} 0\n"))
        }
        let series = Metrics(snapshot, at: now).text.split(separator: "\n").filter { $0.contains("_seconds_") }
        #expect(series.count { $0.contains("cronmill_task_w") } == Metrics.seriesOfHistograms)
    }

    @Test("of too many series those of the databases with the most processors are left out, and of no other")
    func many() {
        func processors(_ database: String, _ count: Int) -> [ProcessorStatus] {
            (0..<count).map { .made(database, "queue_\($0)") }
        }
        let made = processors("hostile", 1_700) + processors("shop", 4) + processors("large", 600)
        var snapshot = Snapshot.made(made, at: now)
        snapshot.totals = ["hostile", "shop", "large"].map { .made($0, "queue_0") }
        var text = Metrics(snapshot, at: now).text
        for (database, isDropped) in [("hostile", true), ("shop", false), ("large", false)] {
            #expect(text.contains("cronmill_series_dropped{database=\"\(database)\"} \(isDropped ? 1 : 0)\n"))
            for name in ["tasks", "runs_total"] {
                let start = "cronmill_\(name){database=\"\(database)\","
                #expect(text.contains(start) == !isDropped, "\(start)")
            }
            #expect(text.contains("cronmill_database_up{database=\"\(database)\"} 1\n"))
        }
        // Who shows few processors, and histograms of many, is no smaller for that.
        let times = ProcessorTimes(processor: "x", waited: TaskTimes(counts: []), worked: TaskTimes(counts: []))
        snapshot.times = ["large": Array(repeating: times, count: 2_000), "shop": [times]]
        text = Metrics(snapshot, at: now).text
        #expect(text.contains("cronmill_series_dropped{database=\"large\"} 1\n"))
        #expect(text.contains("cronmill_series_dropped{database=\"hostile\"} 0\n"))
        #expect(text.contains("cronmill_task_wait_seconds_count{database=\"shop\",processor=\"x\"} 0\n"))
        #expect(!text.contains("cronmill_task_wait_seconds_count{database=\"large\""))
        let series = text.split(separator: "\n").count { $0.contains(",processor=\"") }
        #expect(series <= Metrics.mostSeries)
    }
}

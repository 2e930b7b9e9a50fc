import Foundation
import Postgres
import PrivateServer
import Testing

/// Real trouble on a real server, as the console shows it to people and to machines.
@Suite("Serve: trouble", .timeLimit(.minutes(60)))
struct ServeTroubleTests {
    /// What `status --json` says of a processor.
    private struct Status: Decodable {
        var processor: String
        var verdict: String
        var reason: String
        var waiting: Int
    }

    /// A server with a standby, and a console that looks at it.
    private struct Scene {
        let fixture: Fixture
        let console: ServedConsole
        let cookie: [String]

        func statuses() async throws -> [Status] {
            let result = try await fixture.cronmillHere("status", "--json")
            try #require(!result.output.isEmpty, "\(result.errors)")
            return try JSONDecoder().decode([Status].self, from: Data(result.output.utf8))
        }

        /// Waits until `status` says this, and then until health, metrics and the page say the very same as it of every
        /// processor, which they have to within 65 seconds: a database is asked once a minute, the cron database every five
        /// seconds. What both say changes with time, so they are compared until they agree.
        func shows(
            _ comment: Comment,
            _ verdicts: [String: String],
            also agrees: (_ page: String, _ metrics: String, ServedConsole.Health) -> Bool = { _, _, _ in true },
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            try await eventually("status says of \(comment)", sourceLocation: sourceLocation) {
                let said = try await statuses()
                return verdicts.allSatisfy { name, verdict in
                    said.contains { $0.processor == name && "\($0.verdict): \($0.reason)".hasPrefix(verdict) }
                }
            }
            try await eventually(
                "the console says of \(comment)",
                within: .seconds(65),
                sourceLocation: sourceLocation
            ) {
                let said = try await statuses()
                let health = try await console.health(cookie)
                let metrics = try await console.get("metrics", cookie).body
                let page = try await console.get("", cookie).body
                return agrees(page, metrics, health)
                    && said.allSatisfy { tells($0, health) && tells($0, metrics) && shows($0, on: page) }
            }
        }

        private func tells(_ status: Status, _ health: ServedConsole.Health) -> Bool {
            let found = health.checks.first { $0.processor == status.processor }
            return found?.verdict == status.verdict && found?.reason == status.reason
        }

        private func tells(_ status: Status, _ metrics: String) -> Bool {
            let labels = "database=\"shop\",processor=\"\(status.processor)\",verdict=\"\(status.verdict)\""
            return metrics.contains("\ncronmill_processor_verdict{\(labels)} 1\n")
        }

        /// In its cell, and with its reason in what needs attention if it does.
        private func shows(_ status: Status, on page: String) -> Bool {
            let cell = page.ranges(
                of: "<bdi>\(status.processor)</bdi></a></span> <b class=\"verdict\">\(status.verdict)</b>"
            )
            let name = "<bdi>\(status.processor)</bdi></a></span>\n<span class=\"reason\">"
            let isFine = ["idle", "ok", "disabled"].contains(status.verdict)
            let reason = page.firstRange(of: name).map { page[$0.upperBound...].prefix { $0 != "<" } }
            return !cell.isEmpty && (isFine ? reason == nil : reason.map(String.init) == status.reason.inHTML)
        }

        /// Runs `cronmill` for the database; that it succeeds is part of the test.
        func cronmill(_ arguments: String..., code: Int = 0) async throws {
            let result = try await fixture.cronmillHere(arguments)
            try #require(result.exitCode == code, "\(arguments): \(result.output)\(result.errors)")
        }

        func setUp(_ queue: String, _ handler: String, as role: String, _ more: String...) async throws {
            let arguments = ["setup", "--queue", queue, "--handler", handler, "--run-as", role, "--enable"]
            let result = try await fixture.cronmillHere(arguments + ["--schedule", Fixture.never] + more)
            try #require(result.exitCode == 0, "\(result.errors)")
        }
    }

    @Test(
        "killed runs, roles that may not log in or are gone, drift, a handler and a standby that are lost: each is shown as status has it, and goes"
    )
    func trouble() async throws {
        // What a role may not do fails at its start where pg_cron logs in by libpq.
        try await withStandby(settings: ["cron.use_background_workers": "off"]) { server, standby in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.script(
                    """
                    create role barred login; create role gone login;
                    create function app.other(payload jsonb) returns void language sql as 'select';
                    grant usage on schema app to barred, gone; grant insert on app.done to barred, gone
                    """
                )
                try await ServedConsole.run(server, ["--expect-standbys", "1"]) { console in
                    let scene = Scene(fixture: fixture, console: console, cookie: try await console.logIn())
                    // Three runs that fail are as few as make a verdict: three slots make them at once.
                    try await scene.setUp("killed", "app.work", as: fixture.runner, "--slots", "3", "--linger", "10m")
                    try await scene.setUp("barred", "app.work", as: "barred", "--slots", "3", "--linger", "0")
                    try await scene.setUp("gone", "app.work", as: "gone")
                    try await scene.setUp("drifted", "app.work", as: fixture.runner)
                    try await scene.setUp("handless", "app.other", as: fixture.runner)
                    try await scene.setUp("work", "app.work", as: fixture.runner)
                    try await Self.broken(scene, standby)
                    try await Self.mended(scene, standby)
                    try await Self.roleGone(scene)
                }
            }
        }
    }

    private static func broken(_ scene: Scene, _ standby: TestServer) async throws {
        let fixture = scene.fixture
        try await scene.cronmill("configure", "killed", "--schedule", "* * * * *")
        try await eventually("three runs wait for tasks") {
            try await scene.statuses().first { $0.processor == "killed" }?.waiting == 3
        }
        // A killed run's verdict stays until the next one begins: here none does until it is mended.
        try await scene.cronmill("configure", "killed", "--schedule", Fixture.never)
        try await fixture.script(
            """
            select pg_terminate_backend(a.pid) from pg_stat_activity as a
            where a.datname = 'shop' and a.usename = '\(fixture.runner)';
            drop function app.other(jsonb);
            alter procedure cronmill_processor.work security definer
            """
        )
        try await fixture.script(
            "select cron.alter_job(jobid, active := false) from cron.job where jobname like '%/drifted#1'",
            in: "postgres"
        )
        try await scene.cronmill("configure", "barred", "--schedule", "* * * * *")
        try await fixture.script("alter role barred nologin", in: "postgres")
        try await standby.server.cut()
        try await scene.shows(
            "what is broken",
            [
                "killed": "failing: 3 of 3 runs of the last hour failed; the last: ", "barred": "failing: ",
                "drifted": "drifted: ", "handless": "failing: ", "gone": "idle: ", "work": "idle: ",
            ]
        ) { page, metrics, health in
            // Status is not told how many standbys there have to be.
            let missing = "0 of 1 standby is connected."
            return page.contains(missing) && health.remarks.contains(missing)
                && metrics.contains("\ncronmill_standbys 0\n")
        }
        // Neither status nor the overview looks at functions: that is a page of its own.
        let findings = try await scene.console.get("findings?db=shop", scene.cookie).body
        #expect(findings.contains("its procedure was changed by hand"))
    }

    private static func mended(_ scene: Scene, _ standby: TestServer) async throws {
        let fixture = scene.fixture
        try await scene.cronmill("configure", "killed", "--schedule", "* * * * *")
        try await fixture.script("alter role barred login", in: "postgres")
        // So that its next runs stay, and what is said of them does not age.
        try await scene.cronmill("configure", "barred", "--linger", "10m")
        try await fixture.script("create function app.other(payload jsonb) returns void language sql as 'select'")
        try await scene.cronmill("sync")
        try await standby.server.restart(immediate: false)
        let waiting = "idle: no task done in the last hour; 3 slots waiting for tasks"
        try await scene.shows(
            "what is mended",
            [
                "killed": waiting, "barred": waiting, "drifted": "idle: ", "handless": "idle: ", "gone": "idle: ",
                "work": "idle: ",
            ]
        ) { page, metrics, health in
            !page.contains(" is connected.") && !health.remarks.contains { $0.hasSuffix(" is connected.") }
                && metrics.contains("\ncronmill_standbys 1\n")
        }
        let findings = try await scene.console.get("findings?db=shop", scene.cookie).body
        #expect(!findings.contains("changed by hand"))
    }

    /// A job of a role that is gone keeps pg_cron from starting any.
    private static func roleGone(_ scene: Scene) async throws {
        let fixture = scene.fixture
        // What would be due meanwhile is late by a time that grows.
        try await scene.cronmill("disable", "killed", "barred")
        for database in ["shop", "postgres"] { try await fixture.script("drop owned by gone", in: database) }
        try await fixture.script("drop role gone", in: "postgres")
        try await scene.shows("a role that was dropped", ["gone": "drifted: ", "work": "idle: "]) {
            page,
            metrics,
            health in
            let remark = "belongs to role \"gone\", which does not exist: pg_cron runs no job of anybody"
            return metrics.contains("\ncronmill_scheduler_up 0\n") && page.contains(remark.inHTML)
                && health.remarks.contains { $0.contains(remark) }
        }
        // The job goes; that the processor needs another role stays.
        try await scene.cronmill("sync", code: 3)
        try await scene.cronmill("configure", "gone", "--run-as", fixture.runner)
        try await scene.shows("the role that it has instead", ["gone": "idle: ", "work": "idle: "]) {
            page,
            metrics,
            health in
            metrics.contains("\ncronmill_scheduler_up 1\n") && !page.contains("does not exist")
                && !health.remarks.contains { $0.contains("does not exist") }
        }
    }
}

extension String {
    /// As it stands in a page.
    fileprivate var inHTML: String {
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")].reduce(self) { text, pair in
            text.replacing(pair.0, with: pair.1)
        }
    }
}

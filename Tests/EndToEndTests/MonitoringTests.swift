import Foundation
import Subprocess
import SystemPackage
import Testing

/// The alert rules that are shipped, by the real promtool and a real Prometheus.
@Suite("Monitoring", .timeLimit(.minutes(60)))
struct MonitoringTests {
    private static let rules = Page.folder.appending("monitoring/cronmill-alerts.yml").string

    private struct Reply: Decodable {
        var status: String
        var data: Result?

        struct Result: Decodable {
            var result: [Sample]
        }

        struct Sample: Decodable {
            var metric: [String: String]
        }
    }

    @Test("promtool finds nothing, and each alert comes when it has to and not else")
    func promtool() async throws {
        let folder = Page.folder.appending("monitoring").string
        for arguments in [["check", "rules", "cronmill-alerts.yml"], ["test", "rules", "cronmill-alerts-test.yml"]] {
            let result = try await ProgramResult.of(
                "/bin/sh",
                ["-c", "cd \"$1\" && shift && exec promtool \"$@\"", "sh", folder] + arguments,
                environment: [:]
            )
            #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
        }
    }

    @Test(
        "a Prometheus that scrapes the console has a sample of all that the rules and the dashboard ask for, and what is wrong fires"
    )
    func scrape() async throws {
        let folder = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter { $0 != "\n" }
        let text = try await Page.text("monitoring/cronmill-alerts.yml")
        let names = Set(text.matches(of: /cronmill_[a-z_]+/).map { String($0.output) })
        try #require(names.count > 6)
        try await withStandby { server, _ in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                // A standby has a lag while something is written.
                let writing = Task {
                    while !Task.isCancelled {
                        try await fixture.script("select pg_logical_emit_message(true, '', '')")
                        try await Task.sleep(for: .milliseconds(200))
                    }
                }
                defer { writing.cancel() }
                try await fixture.setUp(queue: "dead", "--enable", "--max-attempts", "1")
                try await fixture.setUp("--enable")
                #expect(try await fixture.cronmillHere("pause", "work").exitCode == 0)
                try await fixture.enqueue(3)
                try await fixture.script("select cronmill.enqueue('dead', '{\"n\": \"no number\"}')")
                try await fixture.call("dead")
                let token = "0123456789abcdef0123456789abcdef"
                _ = try await Self.shell("umask 077; printf %s \"$1\" >\"$2\"", token, "\(folder)/token")
                let arguments = ["--metrics-token-file", "\(folder)/token", "--expect-standbys", "1"]
                try await ServedConsole.run(server, arguments) { console in
                    let target = console.address.dropFirst("http://".count).dropLast()
                    let settings = """
                        global: {scrape_interval: 1s, evaluation_interval: 1s}
                        rule_files: ["\(folder)/rules.yml"]
                        scrape_configs:
                          - job_name: cronmill
                            static_configs: [{targets: ["\(target)"]}]
                            authorization: {credentials_file: "\(folder)/token"}
                        """
                    _ = try await Self.shell("printf %s \"$1\" >\"$2\"", settings, "\(folder)/prometheus.yml")
                    // Nobody waits for minutes here.
                    _ = try await Self.shell("sed '/^ *for:/d' \"$1\" >\"$2\"", Self.rules, "\(folder)/rules.yml")
                    try await Self.withPrometheus(folder) { address in
                        for name in names.sorted() {
                            try await eventually("there is \(name)", within: .seconds(60)) {
                                try await !Self.ask(address, name).isEmpty
                            }
                        }
                        for expression in try await Self.expressions() {
                            try await eventually("there is something to draw for \(expression)", within: .seconds(90)) {
                                try await !Self.ask(address, expression).isEmpty
                            }
                        }
                        try await eventually("that a task is dead fires, and nothing else", within: .seconds(60)) {
                            try await Self.ask(address, "ALERTS{alertstate=\"firing\"}").map { $0.metric["alertname"] }
                                == ["CronmillDeadTasks"]
                        }
                    }
                }
            }
        }
        _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
    }

    private struct Dashboard: Decodable {
        var uid: String
        var panels: [Panel]

        struct Panel: Decodable {
            var targets: [Target]
        }

        struct Target: Decodable { var expr: String }
    }

    /// What the dashboard asks for, with what Grafana puts in the places of its variables.
    private static func expressions() async throws -> [String] {
        let text = try await Page.text("monitoring/cronmill-dashboard.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
        #expect(dashboard.uid == "cronmill")
        let expressions = dashboard.panels.flatMap(\.targets).map(\.expr)
        try #require(expressions.count > 10)
        return expressions.map { $0.replacing("$__rate_interval", with: "30s").replacing("$database", with: ".*") }
    }

    /// Runs a Prometheus on loopback while something is done with it.
    private static func withPrometheus(_ folder: String, _ body: (String) async throws -> Void) async throws {
        let script = """
            exec prometheus --config.file="$1/prometheus.yml" --storage.tsdb.path="$1/data" \
                --web.listen-address=127.0.0.1:0 >"$1/log" 2>&1
            """
        _ = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script, "sh", folder],
            environment: .custom(["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]),
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            do {
                var address = ""
                try await eventually("Prometheus listens", within: .seconds(60)) {
                    let log = try await ProgramResult.of("/bin/cat", ["\(folder)/log"], environment: [:]).output
                    guard let found = log.firstMatch(of: /"Listening on" address=(\S+)/) else { return false }
                    address = String(found.output.1)
                    return true
                }
                try await body(address)
                try execution.send(signal: .terminate)
            } catch {
                try execution.send(signal: .kill)
                throw error
            }
        }
    }

    private static func ask(_ address: String, _ query: String) async throws -> [Reply.Sample] {
        let result = try await ProgramResult.of(
            "/usr/bin/curl",
            [
                "--silent", "--max-time", "20", "--get", "--data-urlencode", "query=\(query)",
                "http://\(address)/api/v1/query",
            ],
            environment: [:]
        )
        let reply = try? JSONDecoder().decode(Reply.self, from: Data(result.output.utf8))
        // Until it is ready it says so in plain text.
        return reply?.data?.result ?? []
    }

    private static func shell(_ script: String, _ arguments: String...) async throws -> ProgramResult {
        let result = try await ProgramResult.of("/bin/sh", ["-c", script, "sh"] + arguments, environment: [:])
        try #require(result.exitCode == 0, "\(result.errors)")
        return result
    }
}

import Foundation
import Postgres
import PrivateServer
import SystemPackage
import Testing

/// The console as it is started: the real programs, a real server.
@Suite("Serve", .timeLimit(.minutes(60)))
struct ServeTests {
    private struct Status: Decodable {
        var processor: String
        var verdict: String
        var reason: String
        var ready: Int
        var dead: Int
    }

    @Test("the page, health and metrics say what status says, of names with markup, too")
    func sameAsStatus() async throws {
        try await withServer { server in
            try await withDatabases(named: ["shop", "a<b>\"&/..\u{202e}"], on: server, waitsForTurn: false) {
                fixture in
                try await fixture.setUp("--enable")
                try await fixture.setUp(queue: "dead", "--enable", "--max-attempts", "1")
                try await fixture.enqueue(3)
                try await fixture.script(
                    """
                    select cronmill.enqueue('dead', '{"n": "no number"}')
                    """
                )
                try await fixture.call("dead")
                #expect(try await fixture.cronmillHere("pause", "work").exitCode == 0)
                try await ServedConsole.run(server, ["--histograms"]) { console in
                    let cookie = try await console.logIn()
                    try await eventually("all is looked at", within: .seconds(30)) {
                        try await console.health(cookie).checks.count == 4
                    }
                    let shown = try await console.health(cookie)
                    let page = try await console.get("", cookie)
                    #expect(page.status == 200)
                    #expect(page.fields["content-type"] == "text/html; charset=utf-8")
                    #expect(page.body.contains("a&lt;b&gt;&quot;&amp;/..\\u{202e}"))
                    #expect(!page.body.contains("a<b>") && !page.body.contains("\u{202e}"))
                    let metrics = try await console.get("metrics", cookie).body
                    for database in fixture.databases {
                        let result = try await fixture.cronmill(["status", "--json", "--database", database])
                        let label = database.replacing("\"", with: "\\\"")
                        for status in try JSONDecoder().decode([Status].self, from: Data(result.output.utf8)) {
                            let check = try #require(
                                shown.checks.first { $0.database == database && $0.processor == status.processor }
                            )
                            #expect(check.verdict == status.verdict)
                            let labels = "{database=\"\(label)\",processor=\"\(status.processor)\""
                            for line in [
                                "cronmill_processor_verdict\(labels),verdict=\"\(status.verdict)\"} 1",
                                "cronmill_tasks\(labels),state=\"ready\"} \(status.ready)",
                                "cronmill_tasks\(labels),state=\"dead\"} \(status.dead)",
                            ] { #expect(metrics.contains(line + "\n"), "\(line)") }
                            #expect(page.body.contains(">\(status.verdict)</b>"))
                        }
                    }
                    let family = "cronmill_task_wait_seconds"
                    let labels = "{database=\"shop\",processor=\"dead\""
                    #expect(metrics.contains("# TYPE \(family) histogram\n"))
                    #expect(metrics.contains("\(family)_bucket\(labels),le=\"+Inf\"} 1\n"))
                    #expect(metrics.contains("\(family)_count\(labels)} 1\n"))
                    let promtool = try await ProgramResult.of(
                        "/usr/bin/promtool",
                        ["check", "metrics"],
                        environment: [:],
                        input: Array(metrics.utf8)
                    )
                    #expect(promtool == ProgramResult(output: "", errors: "", exitCode: 0))
                    // Every command that the page tells can be run.
                    let few = try await console.get("?q=db%3Ashop+verdict%3Apaused", cookie).body
                    #expect(few.contains("<bdi>work</bdi>") && !few.contains("<bdi>dead</bdi>"))
                }
            }
        }
    }

    @Test("who has not logged in sees a status; the address logs in once; others' names, sites and methods are refused")
    func doors() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let folder = try await Self.newFolder()
            let token = "\(folder)/token"
            try await Self.write("0123456789abcdef0123456789abcdef", to: token, mode: "600")
            let arguments = [
                "--database", fixture.database, "--metrics-token-file", token, "--allow-host", "cron.example",
            ]
            let (said, ending) = try await ServedConsole.run(fixture.server, arguments) { console in
                for path in ["", "metrics", "nowhere"] {
                    let reply = try await console.get(path)
                    #expect(reply.status == 401, "\(path)")
                    #expect(reply.fields["content-type"] == "application/problem+json")
                    #expect(!reply.body.contains(fixture.database))
                }
                let mode = try await ProgramResult.of(
                    "/usr/bin/stat",
                    ["-c", "%a", console.loginFile],
                    environment: [:]
                )
                #expect(mode.output == "600\n")
                let cookie = try await console.logIn()
                #expect(try await console.get("", cookie).status == 200)
                let login = try await ProgramResult.of("/bin/cat", [console.loginFile], environment: [:]).output
                let once = try #require(login.firstMatch(of: /login\?once=[0-9a-f]+/)).output
                #expect(try await console.get(String(once)).status == 403)

                #expect(try await console.get("nowhere", cookie).status == 404)
                #expect(try await console.get("", cookie + ["--request", "POST", "--data", "x=1"]).status == 405)
                #expect(try await console.get("healthz", "--header", "Host: evil.example").status == 421)
                #expect(try await console.get("healthz", "--header", "Host: cron.example").status == 200)
                #expect(try await console.get("healthz", "--header", "Host;").status == 421)
                // curl sends one at most.
                let twice = """
                    exec 3<>/dev/tcp/127.0.0.1/\(try console.port)
                    printf 'GET /healthz HTTP/1.1\\r\\nHost: cron.example\\r\\nHost: evil.example\\r\\n\\r\\n' >&3
                    head -n 1 <&3
                    """
                let refused = try await ProgramResult.of("/bin/bash", ["-c", twice], environment: [:])
                #expect(refused.output.hasPrefix("HTTP/1.1 400 "))
                #expect(try await console.get("", cookie + ["--header", "Sec-Fetch-Site: cross-site"]).status == 403)
                for query in ["?q=verdict:x", "?q=%ff", "?x=1", "?q=1&q=2"] {
                    let reply = try await console.get(query, cookie)
                    #expect(reply.status == 400, "\(query)")
                    #expect(reply.fields["content-type"] == "application/problem+json")
                }
                #expect(try await console.get("?q=" + String(repeating: "x", count: 7_000), cookie).status == 414)
                let bearer = "Authorization: Bearer 0123456789abcdef0123456789abcdef"
                #expect(try await console.get("metrics", "--header", bearer).status == 200)
                #expect(try await console.get("metrics", "--header", bearer + "0").status == 401)
                #expect(try await console.get("", "--header", bearer).status == 401)
                let head = try await console.get("", cookie + ["--head"])
                #expect(head.status == 200 && head.body.isEmpty && head.fields["content-length"] != "0")

                // The process list and its environment have no secret that the settings do not have.
                let list = try await ProgramResult.of(
                    "/bin/cat",
                    ["/proc/\(console.process)/cmdline"],
                    environment: [:]
                )
                #expect(list.output.contains("cronmill-serve"))
                #expect(!list.output.contains("0123456789abcdef"))
            }
            #expect(ending < .seconds(10))
            #expect(!said.contains("once=") && !said.contains("0123456789abcdef"))
            _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
        }
    }

    @Test("it shows what the role it connects as may see, a monitor of one database that one")
    func monitor() async throws {
        try await withDatabases(2, waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let role = "watcher of \(fixture.database)"
            try await fixture.server.makeRole(role)
            let granted = try await fixture.cronmillHere("grant", "monitor", role)
            try #require(granted.exitCode == 0, "\(granted.errors)")
            try await ServedConsole.run(fixture.server, ["--user", role]) { console in
                let cookie = try await console.logIn()
                try await eventually("its database is looked at", within: .seconds(30)) {
                    try await console.health(cookie).checks.map(\.database) == [fixture.database]
                }
                let page = try await console.get("", cookie).body
                #expect(page.contains("<bdi>\(fixture.database)</bdi>"))
                #expect(!page.contains(fixture.databases[1]))
            }
        }
    }

    @Test("on a terminal it says the address that logs in, and nowhere else")
    func terminal() async throws {
        let server = try await TestServer.shared()
        let program = try ProgramResult.cronmillPath()
        let command = "exec timeout --foreground --preserve-status -s INT 10 \(program) serve --listen 127.0.0.1:0"
        func said(_ program: String, _ arguments: String...) async throws -> ProgramResult {
            let environment = server.environment.filter { !$0.key.hasPrefix("PG") }
            return try await ProgramResult.of(program, arguments, environment: environment)
        }
        let shown = try await said("/usr/bin/script", "--quiet", "--return", "--command", command, "/dev/null")
        #expect(shown.output.contains(/open once: http:\/\/127\.0\.0\.1:\d+\/login\?once=[0-9a-f]{32}/))
        #expect(shown.exitCode == 0)
        let piped = try await said("/bin/sh", "-c", command)
        #expect(piped.exitCode == 0)
        #expect(piped.errors.contains("nobody can log in"))
        #expect(!piped.errors.contains("once=") && piped.output.isEmpty)
    }

    @Test("while the server is down it is alive and not ready, and it heals by itself")
    func serverDown() async throws {
        try await withServer { server in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                let (said, _) = try await ServedConsole.run(server) { console in
                    let cookie = try await console.logIn()
                    try await eventually("it is ready", within: .seconds(30)) {
                        try await console.get("readyz").status == 200
                    }
                    try await server.server.cut()
                    let cut = ContinuousClock.now
                    try await eventually("it is not ready", within: .seconds(30)) {
                        #expect(try await console.get("healthz").status == 200)
                        return try await console.get("readyz").status == 503
                    }
                    // It answered before that, so fifteen seconds are over by then; the rest is that of the question, which
                    // curl asks on a busy machine.
                    #expect(ContinuousClock.now - cut < .seconds(18))
                    #expect(try await console.get("healthz").status == 200)
                    try await eventually("health fails", within: .seconds(30)) {
                        try await console.get("api/v1/health").status == 503
                    }
                    let page = try await console.get("", cookie)
                    #expect(page.status == 200)
                    #expect(page.body.contains("cron database: cannot be reached"))
                    #expect(!page.body.contains(server.socketDirectory))
                    #expect(try await console.get("metrics", cookie).body.contains("cronmill_cron_up 0\n"))

                    try await server.server.restart(immediate: false)
                    try await eventually("it is ready again", within: .seconds(60)) {
                        try await console.get("readyz").status == 200
                    }
                    try await eventually("all is seen again", within: .seconds(60)) {
                        try await console.health(cookie).partial == false
                    }
                }
                let told = said.split(separator: "\n").filter { $0.hasPrefix("cron database \"postgres\": ") }
                #expect(told.count == 2, "\(said)")
                #expect(
                    told.first?.contains(/no answer since 20.+Z: it (cannot be reached|answered with an error)/)
                        == true,
                    "\(said)"
                )
                #expect(told.last?.hasSuffix(": answers again") == true)
            }
        }
    }

    @Test("a database that does not answer delays no other, and comes with its age")
    func hanging() async throws {
        let silent = try SilentServer(isFull: false)
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let arguments = [
                "--database", fixture.database, "--database", "postgresql://127.0.0.1:\(silent.port)/hangs",
            ]
            try await ServedConsole.run(fixture.server, arguments) { console in
                let cookie = try await console.logIn()
                try await eventually("the other is seen", within: .seconds(30)) {
                    try await console.health(cookie).checks.count == 1
                }
                try await eventually("that it hangs is seen", within: .seconds(30)) {
                    try await console.get("", cookie).body.contains("<bdi>hangs</bdi>")
                }
                #expect(
                    try await console.get("metrics", cookie).body.contains(
                        "cronmill_database_up{database=\"hangs\"} 0\n"
                    )
                )
                #expect(try await console.get("readyz").status == 200)
            }
        }
    }

    @Test("who begins requests and does not end them, or sends too much, holds nobody up, nor its end")
    func halfOpen() async throws {
        let server = try await TestServer.shared()
        var holding: Task<ProgramResult, any Error>?
        let (_, ending) = try await ServedConsole.run(server) { console in
            // They are open while it is told to end.
            holding = Task { try await console.holdRequests(seconds: 20) }
            try await Task.sleep(for: .seconds(2))
            var slowest = Duration.zero
            for _ in 0..<5 {
                let began = ContinuousClock.now
                #expect(try await console.get("healthz").status == 200)
                slowest = max(slowest, .now - began)
            }
            // With the start of curl, on a machine that may be very busy.
            #expect(slowest < .seconds(10))
            let large = "X-Large: " + String(repeating: "x", count: 100_000)
            #expect(try await console.get("healthz", "--header", large).status == 400)
            #expect(try await console.get("healthz", "--http0.9", "--request", "\u{16}\u{3}garbage").status == 400)
        }
        // Two seconds where nothing else is done; those that hold on are let go of for being idle after eleven.
        #expect(ending < .seconds(10))
        #expect(try await holding?.value.errors == "open\n")
    }

    @Test("what it cannot be started with is refused, and says why")
    func refusals() async throws {
        let server = try await TestServer.shared()
        for listen in ["0.0.0.0:80", "10.0.0.1:80", "127.0.0.1", "127.0.0.1:99999", "example.org:80", "[::]:80"] {
            #expect(try await server.cronmill(["serve", "--listen", listen]).exitCode == 64, "\(listen)")
        }
        for (arguments, error) in [
            (["--expect-standbys", "-1"], "--expect-standbys is a number from 0 to 1000"),
            (["--login", "password", "--actions"], "who logs in by a role of his own may do what that role may"),
            (["--quiet", "--listen", "127.0.0.1:0"], "nobody would learn the port"),
        ] {
            let result = try await server.cronmill(["serve"] + arguments)
            #expect(result.exitCode == 64 && result.errors.lowercased().contains(error), "\(result.errors)")
        }
        let folder = try await Self.newFolder()
        try await Self.write("0123456789abcdef", to: "\(folder)/open", mode: "644")
        let known = try await server.cronmill(["serve", "--listen", "127.0.0.1:0", "--login-file", "\(folder)/open"])
        #expect(
            known
                == ProgramResult(
                    output: "",
                    errors: "cronmill: error: cannot make \(folder)/open: File exists\n",
                    exitCode: 1
                )
        )
        try await ServedConsole.run(server) { console in
            let place = console.address.dropFirst("http://".count).dropLast()
            let second = try await server.cronmill([
                "serve", "--listen", String(place), "--login-file", "\(folder)/unused",
            ])
            #expect(second.exitCode == 1)
            #expect(second.errors == "cronmill: error: cannot listen on \(place): Address already in use\n")
            // Nothing is left of it that would stand in the way of the next one.
            let left = try await ProgramResult.of("/bin/ls", [folder], environment: [:]).output
            #expect(left == "open\n")
        }
        try await Self.write("short", to: "\(folder)/short", mode: "600")
        for name in ["open", "short", "none"] {
            let result = try await server.cronmill(["serve", "--metrics-token-file", "\(folder)/\(name)"])
            #expect(result.exitCode == 64 && !result.errors.contains("0123456789"), "\(name)")
        }
        // A copy that has nothing beside it.
        let copied = try await ProgramResult.of(
            "/bin/cp",
            [try ProgramResult.cronmillPath(), "\(folder)/cronmill"],
            environment: [:]
        )
        try #require(copied.exitCode == 0)
        let lonely = try await ProgramResult.of("\(folder)/cronmill", ["serve"], environment: [:])
        #expect(lonely.exitCode == 1)
        #expect(lonely.errors.hasPrefix("cronmill: error: there is no \(folder)/cronmill-serve\n"))
        let direct = try await ProgramResult.of(
            FilePath(try ProgramResult.cronmillPath()).removingLastComponent().appending("cronmill-serve").string,
            [],
            environment: [:]
        )
        #expect(direct.exitCode == 64)
        _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
    }

    private static func newFolder() async throws -> String {
        try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter { $0 != "\n" }
    }

    private static func write(_ text: String, to path: String, mode: String) async throws {
        let result = try await ProgramResult.of(
            "/bin/sh",
            ["-c", "printf '%s\\n' \"$1\" >\"$2\" && chmod \"$3\" \"$2\"", "sh", text, path, mode],
            environment: [:]
        )
        try #require(result.exitCode == 0, "\(result.errors)")
    }
}

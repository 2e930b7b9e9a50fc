import Foundation
import Postgres
import Testing

/// Several people at one console, each by a role of their own.
@Suite("Serve: log-in", .timeLimit(.minutes(60)))
struct ServeLoginTests {
    private static let odd = "op \"q\" <b> 'x' \u{20ac}%&=+\\"
    private static let folder = ["--base-path", "/x", "--behind-tls-proxy", "--allow-host", "cron.example"]

    /// Two databases, of the first of which one role is a monitor and one an operator; and one is a monitor of both.
    private static func withRoles(_ body: (TestServer, Fixture) async throws -> Void) async throws {
        try await withServer { server in
            try await withDatabases(named: ["shop", "crm"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                for role in ["console", "watcher", "nobody", odd] { try await server.makeRole(role) }
                for (part, role, database) in [
                    ("monitor", "console", "shop"), ("monitor", "console", "crm"), ("monitor", "watcher", "shop"),
                    ("operator", odd, "shop"),
                ] {
                    let result = try await server.cronmill(["grant", part, role, "--database", database])
                    try #require(result.exitCode == 0, "\(result.errors)")
                }
                try await body(server, fixture)
            }
        }
    }

    private static func token(_ page: ServedConsole.Reply) throws -> String {
        String(try #require(page.body.firstMatch(of: /name="token" value="([0-9a-f]{32})"/), "\(page)").output.1)
    }

    @Test("each logs in by the password of his role, and sees and does what it may, until it may no more")
    func password() async throws {
        try await Self.withRoles { server, fixture in
            // On the socket the server asks for no password: any would be right.
            try await ServedConsole.run(server, ["--login", "password"], hasLoginFile: false) { console in
                let reply = try await console.post("login", [("role", "watcher"), ("password", "any")])
                #expect(reply.status == 403 && reply.fields["set-cookie"] == nil)
            }
            let environment = server.passwordEnvironment("console")
            let arguments = ["--login", "password"] + Self.folder
            var listening: Task<String, any Error>?
            let (said, ending) = try await ServedConsole.run(
                server,
                arguments,
                hasLoginFile: false,
                environment: environment
            ) { console in
                let page = try await console.get("", "--header", "Accept: text/html")
                #expect(page.status == 401 && page.body.contains("name=\"password\""))
                #expect(!page.body.contains("shop"))
                #expect(try await console.get("login").status == 200)
                for (role, password) in [
                    ("watcher", "wrong"), ("watcher", ""), ("", "x"), ("nobody", "secret of nobody"),
                ] {
                    let reply = try await console.post("login", [("role", role), ("password", password)])
                    #expect(reply.status == 401 && reply.fields["set-cookie"] == nil, "\(role)")
                    #expect(!reply.body.contains("secret"))
                }
                let elsewhere = ["--header", "Sec-Fetch-Site: cross-site"]
                let forged = [("role", "watcher"), ("password", "secret of watcher")]
                #expect(try await console.post("login", forged, elsewhere).status == 403)

                try await people(console, fixture)
                try await proxied(console)
                // Who listens does not put off the end.
                let last = try await console.logIn("console", "secret of console")
                listening = Task { try await Self.listen(console.address, "events", last, for: 300) }
                try await tooMany(console)
                try await revoked(console, fixture)
            }
            #expect(ending < .seconds(10))
            #expect(try await listening?.value.contains("data: ") == true)
            #expect(said.contains("pause: database \"shop\", processor \"work\": 1 processor paused."))
            #expect(!said.contains("secret of") && !said.contains("once="))
        }
    }

    private func people(_ console: ServedConsole, _ fixture: Fixture) async throws {
        // A cookie that somebody has planted does not become the session's.
        let planted =
            "Cookie: cronmill-1=x; cronmill-\(try console.port)=planted"
        let reply = try await console.post(
            "login",
            [("role", "watcher"), ("password", "secret of watcher")],
            ["--header", planted]
        )
        let cookie = try #require(reply.fields["set-cookie"])
        #expect(cookie.contains(/=[0-9a-f]{32}; Path=\/x\/; HttpOnly; SameSite=Strict; Secure$/))
        #expect(reply.status == 303 && reply.fields["location"] == "./")
        #expect(try await console.get("", "--header", planted).status == 401)

        let watcher = try await console.logIn("watcher", "secret of watcher")
        let operating = try await console.logIn(Self.odd, "secret of \(Self.odd)")
        for person in [watcher, operating] {
            try await eventually("its database is looked at", within: .seconds(30)) {
                try await console.get("", person).body.contains("<bdi>shop</bdi>")
            }
            let page = try await console.get("", person).body
            let health = try await console.get("api/v1/health", person).body
            #expect(!page.contains("crm") && !health.contains("crm") && health.contains("shop"))
            #expect(try await console.get("metrics", person).status == 401)
        }
        let address = "pause?db=shop&processor=work"
        let token = try Self.token(await console.get("logout", watcher))
        #expect(try await console.post(address, [("token", token), ("count", "1")], watcher).status == 403)
        let other = try Self.token(await console.get(address, operating))
        #expect(try await console.post(address, [("token", other), ("count", "1")], watcher).status == 403)
        #expect(try await console.post(address, [("token", token), ("count", "1")], operating).status == 403)
        #expect(try await console.get("pause?db=crm&processor=work", operating).status == 404)
        #expect(try await console.get("pause?db=shop&processor=work", watcher).status == 403)
        let pages = try await (
            console.get("processor?db=shop&processor=work", watcher).body,
            console.get("processor?db=shop&processor=work", operating).body
        )
        #expect(!pages.0.contains("href=\"pause") && pages.1.contains("href=\"pause"))
        let sizes = try await console.get("server", watcher).body
        #expect(sizes.contains("<bdi>shop</bdi>") && !sizes.contains("<bdi>crm</bdi>"))
        #expect(try await fixture.rows("select paused from cronmill.processor") == ["f"])
        #expect(try await console.post(address, [("token", other), ("count", "1")], operating).status == 303)
        #expect(try await fixture.rows("select paused from cronmill.processor") == ["t"])

        // A monitor may not acknowledge, and is not offered to.
        try await fixture.script(
            "insert into cronmill_cron.alarm (kind, detail, database_name) values ('capacity', 'x', 'shop')",
            in: "postgres"
        )
        for page in ["", "alarms"] {
            try await eventually("the alarm is seen", within: .seconds(30)) {
                try await console.get(page, operating).body.contains("href=\"acknowledge?")
            }
            let body = try await console.get(page, watcher).body
            #expect(body.contains("cronmill alarms acknowledge") && !body.contains("href=\"acknowledge?"))
        }

        let away = try Self.token(await console.get("logout", operating))
        #expect(try await console.post("logout", [("token", away)], operating).status == 303)
        #expect(try await console.get("", operating).status == 401)
    }

    /// nginx in front, which leaves the folder or takes it away.
    private func proxied(_ console: ServedConsole) async throws {
        try await ReverseProxy.with(console) { proxy in
            for socket in [proxy.keeping, proxy.cutting] {
                let outside = ServedConsole(process: 0, address: socket, loginFile: "")
                let login = [("role", Self.odd), ("password", "secret of \(Self.odd)")]
                let reply = try await outside.post("x/login", login)
                #expect(reply.status == 303 && reply.fields["location"] == "./", "\(reply)")
                let cookie = ["--header", "Cookie: \(try #require(reply.fields["set-cookie"]).prefix { $0 != ";" })"]
                for path in ["x/", "x/resume?db=shop&processor=work", "x/logout", "x/login"] {
                    let page = try await outside.get(path, cookie)
                    #expect(page.status == 200, "\(path)")
                    #expect(!page.body.contains(/(href|src|action)="(\/|http)/), "\(path)")
                }
                let file = try await outside.get(
                    "x/console.js",
                    cookie + ["--header", "Accept-Encoding: gzip", "--compressed"]
                )
                #expect(file.status == 200 && file.body.contains("EventSource"))
                // What changes comes at once, not when the proxy has a bufferful of it.
                let events = try await Self.listen(socket, "x/events", cookie, for: 3)
                #expect(events.contains("HTTP/1.1 200 OK") && events.contains("\ndata: {\"from\": "), "\(events)")
                #expect(events.lowercased().contains("\ncontent-type: text/event-stream"))
                #expect(try await outside.get("x/api/v1/health").status != 404)
            }
        }
        var outside = console
        outside.address = String(console.address.dropLast("x/".count))
        let folder = try await outside.get("x")
        #expect(folder.status == 308 && folder.fields["location"] == "x/")
    }

    /// What comes of a stream of events until it ends, or for so many seconds.
    private static func listen(_ place: String, _ path: String, _ cookie: [String], for seconds: Int) async throws
        -> String
    {
        let address = place.hasPrefix("/") ? ["--unix-socket", place, "http://localhost/\(path)"] : [place + path]
        return try await ProgramResult.of(
            "/usr/bin/curl",
            [
                "--silent", "--include", "--no-buffer", "--max-time", String(seconds), "--header",
                "Accept-Encoding: gzip",
            ]
                + cookie + address,
            environment: [:]
        ).output
    }

    /// Five tries that fail from one address, or for one role, are as many as there may be in a minute.
    private func tooMany(_ console: ServedConsole) async throws {
        func attempt(_ role: String, _ password: String, from address: String) async throws -> Int {
            let header = ["--header", "X-Forwarded-For: 10.9.9.9, \(address)"]
            return try await console.post("login", [("role", role), ("password", password)], header).status
        }
        for number in 1...5 { #expect(try await attempt("nobody \(number)", "x", from: "10.0.0.1") == 401) }
        #expect(try await attempt("watcher", "secret of watcher", from: "10.0.0.1") == 429)
        for number in 2...6 { #expect(try await attempt("console", "x", from: "10.0.0.\(number)") == 401) }
        #expect(try await attempt("console", "secret of console", from: "10.0.0.7") == 429)
        // Those who are right are not counted.
        for _ in 1...6 { #expect(try await attempt("watcher", "secret of watcher", from: "10.0.0.8") == 303) }
    }

    /// They are out, also of what they listen to; and hear of changes, but of no payload, until then.
    private func revoked(_ console: ServedConsole, _ fixture: Fixture) async throws {
        let watcher = try await console.logIn("watcher", "secret of watcher")
        let began = ContinuousClock.now
        async let heard = Self.listen(console.address, "events", watcher, for: 120)
        try await fixture.script("select cronmill.enqueue('work', '{\"n\": \"secret payload\"}')")
        try await Task.sleep(for: .seconds(12))
        let operating = try await console.logIn(Self.odd, "secret of \(Self.odd)")
        let result = try await fixture.cronmillHere("revoke", "monitor", "watcher")
        try #require(result.exitCode == 0, "\(result.errors)")
        try await fixture.script("alter role \"\(Self.odd.replacing("\"", with: "\"\""))\" nologin")
        for person in [watcher, operating] {
            try await eventually("who may no more is out", within: .seconds(60)) {
                try await console.get("", person).status == 401
            }
        }
        let events = try await heard
        #expect(ContinuousClock.now - began < .seconds(100))
        #expect(events.contains("\"id\": \"d-") && events.contains("work") && !events.contains("secret"), "\(events)")
    }

    @Test("a proxy says who it is, through a socket that is not for others, and a file says as which role he comes")
    func proxy() async throws {
        try await Self.withRoles { server, fixture in
            let folder = try await ProgramResult.of("/bin/mktemp", ["-d"], environment: [:]).output.filter {
                $0 != "\n"
            }
            let script = """
                cd "$1" && printf '# user service\\nann operating\\nbob watching\\n\\n' >map && cp map open && chmod 666 open
                printf '[watching]\\nhost=%s\\nport=%s\\nuser=watcher\\n[operating]\\nhost=%s\\nport=%s\\nuser=%s\\n' \
                    "$2" "$3" "$2" "$3" "$4" >services
                """
            let made = try await ProgramResult.of(
                "/bin/sh",
                ["-c", script, "sh", folder, server.socketDirectory, String(server.port), Self.odd],
                environment: [:]
            )
            try #require(made.exitCode == 0, "\(made.errors)")
            let socket = "\(folder)/console.sock"
            let proxied = ["--user-header", "X-Remote-User", "--user-map", "\(folder)/map"]
            for wrong in [
                ["--user-header", "X-Remote-User", "--user-map", "\(folder)/open", "--listen", "unix:\(socket)"],
                proxied + ["--listen", "127.0.0.1:0"], ["--user-header", "X", "--listen", "unix:\(socket)"],
                proxied + ["--login", "password", "--listen", "unix:\(socket)"], ["--listen", "unix:relative"],
            ] { #expect(try await server.cronmill(["serve"] + wrong).exitCode == 64, "\(wrong)") }

            try await ServedConsole.run(
                server,
                proxied,
                listen: "unix:\(socket)",
                hasLoginFile: false,
                environment: ["PGSERVICEFILE": "\(folder)/services"]
            ) { console in
                let mode = try await ProgramResult.of("/usr/bin/stat", ["-c", "%a", socket], environment: [:])
                #expect(mode.output == "660\n")
                func user(_ name: String) -> [String] { ["--header", "X-Remote-User: \(name)"] }
                for fields in [[], user("eve"), user(""), user("ann") + user("bob"), user("watching")] {
                    #expect(try await console.get("", fields).status == 401, "\(fields)")
                }
                try await eventually("its database is looked at", within: .seconds(30)) {
                    try await console.get("", user("bob")).body.contains("<bdi>shop</bdi>")
                }
                let address = "pause?db=shop&processor=work"
                let token = try Self.token(await console.get("logout", user("bob")))
                #expect(try await console.post(address, [("token", token), ("count", "1")], user("bob")).status == 403)
                #expect(try await console.post(address, [("token", token), ("count", "1")], user("ann")).status == 403)
                let own = try Self.token(await console.get(address, user("ann")))
                #expect(try await console.post(address, [("token", own), ("count", "1")], user("ann")).status == 303)
                #expect(try await fixture.rows("select paused from cronmill.processor") == ["t"])
            }
            #expect(try await ProgramResult.of("/bin/ls", [folder], environment: [:]).output == "map\nopen\nservices\n")
            _ = try await ProgramResult.of("/bin/rm", ["-r", folder], environment: [:])
        }
    }
}

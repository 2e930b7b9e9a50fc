import Foundation
import Postgres
import Testing

/// What the console changes, and what it refuses to.
@Suite("Serve: actions", .timeLimit(.minutes(60)))
struct ServeActionTests {
    /// What a form of the page would send.
    private static func form(_ page: ServedConsole.Reply) throws -> [(String, String)] {
        try #require(page.status == 200, "\(page)")
        let fields = page.body.matches(of: /name="(token|count)" value="([0-9a-f]+)"/)
        return fields.map { (String($0.output.1), String($0.output.2)) }
    }

    /// Asks, confirms, and says what the page then says was done.
    private static func act(_ console: ServedConsole, _ address: String, _ cookie: [String]) async throws -> String {
        let form = try form(await console.get(address, cookie))
        let reply = try await console.post(address, form, cookie)
        try #require(reply.status == 303 && reply.fields["location"] == "done", "\(reply)")
        let done = try await console.get("done", cookie).body
        return String(try #require(done.firstMatch(of: /role="status">([^<]*)</)).output.1)
    }

    @Test("an action is confirmed, done as the command does it, and told; whatever is wrong with it changes nothing")
    func actions() async throws {
        try await withServer { server in
            let hostile = "a<b>\"&/..\u{202e}"
            try await withDatabases(named: ["shop", hostile], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable", "--max-attempts", "1")
                try await fixture.script(
                    """
                    select cronmill.enqueue_many('work', array_agg('{"n": "none"}'::jsonb)) from generate_series(1, 30);
                    select cronmill.enqueue_many('work', array_agg('{"n": 9999999999999999999}'::jsonb))
                    from generate_series(1, 5)
                    """
                )
                try await fixture.call()
                try await fixture.enqueue(2)
                let waiting = try await fixture.rows("select min(task_id) from cronmill.task")[0]
                let (said, _) = try await ServedConsole.run(server, ["--actions"]) { console in
                    let cookie = try await console.logIn()
                    let name = "a%3Cb%3E%22%26%2F..%E2%80%AE"
                    try await eventually("both databases are looked at", within: .seconds(60)) {
                        for name in ["shop", name] {
                            let page = try await console.get("processor?db=\(name)&processor=work", cookie)
                            if page.status != 200 { return false }
                        }
                        return true
                    }
                    try await refusals(console, cookie)
                    #expect(try await fixture.rows("select paused from cronmill.processor") == ["f"])

                    // The names are as they are, whatever is in them.
                    let page = try await console.get("pause?db=\(name)&processor=work", cookie).body
                    #expect(page.contains("a&lt;b&gt;&quot;&amp;/..\\u{202e}") && page.contains(server.socketDirectory))
                    #expect(
                        try await Self.act(console, "pause?db=\(name)&processor=work", cookie) == "1 processor paused."
                    )
                    #expect(try await fixture.rows("select paused from cronmill.processor", in: hostile) == ["t"])
                    #expect(try await fixture.rows("select paused from cronmill.processor") == ["f"])
                    let resumed = try await Self.act(console, "resume?db=\(name)&processor=work", cookie)
                    #expect(resumed == "1 processor resumed.")
                    let again = try await console.get("resume?db=\(name)&processor=work", cookie).body
                    #expect(!again.contains("<form") && again.contains("it is so already"))

                    // A group; more that died meanwhile are asked about again.
                    let group = "redrive?db=shop&processor=work&sqlstate=22P02&message=none&back=tasks%3Fdb%3Dshop"
                    let asked = try await console.get(group, cookie)
                    #expect(asked.body.contains("30 dead tasks") && asked.body.contains("href=\"tasks?db=shop\""))
                    try await fixture.script("select cronmill.enqueue('work', '{\"n\": \"none\"}')")
                    try await fixture.call()
                    let late = try await console.post(group, try Self.form(asked), cookie)
                    #expect(late.status == 409 && late.body.contains("31"))
                    #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["36"])
                    #expect(try await Self.act(console, group, cookie) == "31 dead tasks redriven.")
                    #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["5"])

                    // It is done by now; a dead one waits no more.
                    #expect(try await console.get("cancel?db=shop&task=\(waiting)", cookie).status == 404)
                    let died = try await fixture.rows("select min(task_id) from cronmill.dead_task")[0]
                    let asks = try await console.get("cancel?db=shop&task=\(died)", cookie).body
                    #expect(!asks.contains("<form") && asks.contains("it waits no more"))
                    let next = try await fixture.rows("select min(task_id) from cronmill.task")[0]
                    #expect(try await Self.act(console, "cancel?db=shop&task=\(next)", cookie) == "1 task canceled.")
                    let dead = try await fixture.rows("select min(task_id) from cronmill.dead_task")[0]
                    #expect(
                        try await Self.act(console, "redrive?db=shop&task=\(dead)", cookie) == "1 dead task redriven."
                    )
                    #expect(
                        try await Self.act(console, "purge?db=shop&processor=work", cookie) == "4 dead tasks deleted."
                    )
                    #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
                    try await fixture.script(
                        "insert into cronmill_cron.alarm (kind, detail) values ('capacity', 'x')",
                        in: "postgres"
                    )
                    let alarm = try await fixture.cronRows("select min(alarm_id) from cronmill_cron.alarm")[0]
                    #expect(
                        try await Self.act(console, "acknowledge?alarm=\(alarm)", cookie) == "1 alarm acknowledged."
                    )
                    #expect(
                        try await console.get("acknowledge?alarm=\(alarm)", cookie).body.contains("it is so already")
                    )
                }
                #expect(
                    said.contains(
                        ": redrive: database \"shop\", processor \"work\", SQLSTATE \"22P02\": 31 dead tasks redriven."
                    )
                )
                #expect(!said.contains("none") && !said.contains("\u{202e}"))
            }
        }
    }

    private func refusals(_ console: ServedConsole, _ cookie: [String]) async throws {
        let address = "pause?db=shop&processor=work"
        let right = try Self.form(await console.get(address, cookie))
        #expect(right.map(\.0) == ["token", "count"])
        let (token, count) = (right[0], right[1])
        let forms: [([(String, String)], [String], Int)] = [
            ([], [], 415), ([count], [], 403), ([("token", String(repeating: "0", count: 32)), count], [], 403),
            ([token], [], 400), ([token, ("count", "-1")], [], 400), ([token, count, ("x", "1")], [], 400),
            (right, ["--header", "Sec-Fetch-Site: cross-site"], 403),
            (right, ["--header", "Sec-Fetch-Site: same-site"], 403),
            (right, ["--header", "Origin: http://evil.example"], 403), (right, ["--header", "Origin: null"], 403),
            (right, ["--header", "Content-Type: text/plain"], 415),
            (right, ["--request", "PUT"], 405), (right + [("x", String(repeating: "x", count: 70_000))], [], 413),
        ]
        for (form, options, status) in forms {
            let reply = try await console.post(
                address,
                form,
                cookie + options + (form.isEmpty ? ["--request", "POST"] : [])
            )
            #expect(reply.status == status, "\(form.map(\.0)) \(options)")
            #expect(reply.fields["content-type"] == "application/problem+json", "\(options)")
        }
        #expect(try await console.post(address, right).status == 401)
        let addresses = [
            ("pause?db=nowhere&processor=work", 404), ("pause?db=shop&processor=nowhere", 404), ("pause?db=shop", 400),
            ("pause?db=shop&processor=work&x=1", 400), ("redrive?db=shop&task=x", 400), ("redrive?db=shop&task=0", 400),
            ("redrive?db=shop&task=99999999999999999999", 400), ("redrive?db=shop&processor=work&sqlstate=1", 400),
            ("redrive?db=shop&processor=work&message=", 400), ("acknowledge?alarm=123456", 404), ("done", 404),
            (address + "&back=%2F%2Fevil.example", 400), (address + "&back=javascript%3Aalert(1)", 400),
            (address + "&back=a%0d%0aX-Y%3A1", 400),
        ]
        for (address, status) in addresses {
            #expect(try await console.get(address, cookie).status == status, "\(address)")
        }
        #expect(try await console.post("", right, cookie).status == 405)
        // Ten megabytes hold nobody up.
        let large = try await console.get(
            address,
            cookie + ["--data-binary", "@/proc/self/exe", "--header", "Expect:"]
        )
        #expect(large.status == 413)
    }

    @Test("without --actions nothing can be done, also with the form's token")
    func readOnly() async throws {
        let server = try await TestServer.shared()
        try await ServedConsole.run(server) { console in
            let cookie = try await console.logIn()
            let page = try await console.get("logout", cookie)
            let token = try #require(Self.form(page).first)
            for action in ["pause", "resume", "redrive", "cancel", "purge", "acknowledge"] {
                #expect(try await console.post(action, [token, ("count", "1")], cookie).status == 403, "\(action)")
                #expect(try await console.get(action, cookie).status == 403, "\(action)")
            }
            #expect(try await console.post("logout", [("token", "x")], cookie).status == 403)
            #expect(try await console.post("logout", [token], cookie).status == 303)
            #expect(try await console.get("", cookie).status == 401)
        }
    }
}

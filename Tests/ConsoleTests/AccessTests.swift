import Cronmill
import HTTPTypes
import Postgres
import Testing

@testable import Console

@Suite("Access to the console")
struct AccessTests {
    private static let viewer = Viewer.made(["shop"], mayAct: true)

    @Test("a session that is limited ends a quarter of an hour after the last click, and after eight hours")
    func lifetimes() {
        let (sessions, now) = (Sessions(), ContinuousClock.now)
        func find(_ secret: String, after minutes: Int, isUse: Bool = true) -> Bool {
            sessions.find([secret], isUse: isUse, at: now + .seconds(60 * minutes)) != nil
        }
        let clicked = sessions.begin(Self.viewer, .limited, at: now)
        for minutes in stride(from: 14, to: 480, by: 14) { #expect(find(clicked, after: minutes), "\(minutes)") }
        #expect(!find(clicked, after: 480))
        let renewed = sessions.begin(Self.viewer, .limited, at: now)
        #expect(find(renewed, after: 14, isUse: false))
        #expect(!find(renewed, after: 15))
        let endless = sessions.begin(Self.viewer, .untilTheEnd, at: now)
        #expect(find(endless, after: 10_000))
        #expect(sessions.limited(at: now + .seconds(60 * 480)).isEmpty)
    }

    @Test("of several cookies one has to be a session's; one that is ended is none")
    func cookies() {
        let (sessions, now) = (Sessions(), ContinuousClock.now)
        let secret = sessions.begin(Self.viewer, .limited, at: now)
        #expect(secret != sessions.begin(Self.viewer, .limited, at: now))
        #expect(sessions.find(["x", secret], isUse: true, at: now)?.secret == secret)
        #expect(sessions.find(["x", "", secret + "0"], isUse: true, at: now) == nil)
        sessions.end(secret)
        #expect(sessions.find([secret], isUse: true, at: now) == nil)
        for _ in 0..<300 { sessions.begin(Self.viewer, .limited, at: now) }
        #expect(sessions.limited(at: now).count == 200)
    }

    @Test(
        "five tries that fail are as many as there may be in a minute, also at once; those that succeed are not counted"
    )
    func attempts() {
        let (attempts, now) = (Attempts(), ContinuousClock.now)
        func attempt(_ address: String, _ role: String, after seconds: Int, fails: Bool = true) -> Bool {
            let time = now + .seconds(seconds)
            guard attempts.begin(from: address, as: role, at: time) else { return false }
            attempts.end(from: address, as: role, at: time, hasFailed: fails)
            return true
        }
        for number in 0..<20 { #expect(attempt("a", "ann", after: number, fails: false)) }
        for number in 0..<5 { #expect(attempt("a", "role \(number)", after: number)) }
        #expect(!attempt("a", "ann", after: 5))
        #expect(attempt("b", "ann", after: 5))
        for number in 0..<4 { #expect(attempt("c\(number)", "role 0", after: 6)) }
        #expect(!attempt("d", "role 0", after: 6))
        #expect(attempt("a", "ann", after: 61))
        for number in 0..<4 { #expect(attempts.begin(from: "e\(number)", as: "f\(number)", at: now)) }
        #expect(!attempts.begin(from: "g", as: "h", at: now))
    }

    @Test(
        "a folder is taken off addresses that have it, and is told to browsers with its slash",
        arguments: [
            ("", "/tasks", "/tasks"), ("/x", "/x/tasks", "/tasks"), ("/x/", "/tasks", "/tasks"), ("/x", "/x/", "/"),
            ("/x", "/xy/z", "/xy/z"), ("/x/y", "/x/y/z", "/z"), ("/x", "/x", nil), ("//x//y//", "/x/y", nil),
        ]
    )
    func folders(base: String, path: String, within: String?) {
        #expect(ServerNames(base: base).path(within: path) == within)
    }

    @Test("the cookie is for the folder, and goes by TLS alone where a proxy speaks it")
    func cookieField() {
        #expect(ServerNames().cookie("c", "s") == "c=s; Path=/; HttpOnly; SameSite=Strict")
        let names = ServerNames(base: "x", isBehindTLS: true)
        #expect(names.cookie("c", "s") == "c=s; Path=/x/; HttpOnly; SameSite=Strict; Secure")
        #expect(names.cookie("c", nil) == "c=; Max-Age=0; Path=/x/; HttpOnly; SameSite=Strict; Secure")
    }

    @Test("where a password is asked for, the page has the form, and machines are told in JSON")
    func passwordForm() async {
        let visit = Visit(.made([.made("shop", "letters")], at: .now), kind: .password)
        let page = await visit.answer("/", ["Accept": "text/html"])
        #expect(page.status == .unauthorized && page.body.contains("action=\"login\""))
        #expect(await visit.answer("/").type == "application/problem+json")
        #expect(await visit.answer("/login?once=0").status == .badRequest)
        #expect(visit.console.access.issue() == nil)
        let type = ["Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"]
        // The page that was asked for is not lost; an address that is none of ours, or a button, is.
        for (asked, back) in [
            ("/tasks?db=a%22&tag=x", "login?back=tasks%3Fdb%3Da%2522%26tag%3Dx"), ("/", "login"),
            ("//evil.example", "login"),
            ("/a/b", "login"), ("/login?back=server", "login?back=server"),
            ("/?q=db:x", "login?back=.%2F%3Fq%3Ddb%3Ax"),
        ] {
            let page = await visit.answer(asked, ["Accept": "text/html"])
            #expect(page.body.contains("action=\"\(back)\""), "\(asked): \(page.body)")
        }
        for back in ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "javascript%3Aalert(1)", "a%0d%0aX-Y%3A1"] {
            #expect(await visit.answer("/login?back=\(back)").status == .badRequest, "\(back)")
        }
        func post(_ body: String) async -> Answer { await visit.answer("/login", method: .post, type, body: body) }
        #expect(await post("role=ann&password=x").status == .serviceUnavailable)
        #expect(await post("role=ann&password=").status == .unauthorized)
        #expect(await post("role=a%00&password=x").status == .badRequest)
        #expect(await post("role=a&role=b&password=x").status == .badRequest)
    }

    @Test("a session that sees some databases sees nothing of the others")
    func filtered() {
        let now = ContinuousClock.now
        var snapshot = Snapshot.made([.made("shop", "letters"), .made("crm", "mails")], at: now)
            .withUnreachable("hr", PostgresError(kind: .connection, message: ""))
        snapshot.pending = ["pay"]
        snapshot.report.databaseRemarks = ["crm: x"]
        let seen = snapshot.seen(by: Self.viewer)
        #expect(seen.processors.map(\.database) == ["shop"])
        #expect(seen.unreachable.isEmpty && seen.pending.isEmpty && seen.report.remarks.isEmpty)
        #expect(Array(seen.askedAt.keys) == ["shop"])
        let page = Overview(snapshot: seen, filter: .none, now: now).page.text
        #expect(!page.contains("crm") && !page.contains("hr<") && !page.contains("pay"))
    }

    @Test("nothing is done in a database that is not looked at, which is not even connected to")
    func others() async throws {
        let visit = Visit(Snapshot.made([.made("shop", "letters")], at: .now), kind: .once(mayAct: true))
        let cookie = await visit.logIn()
        for query in ["pause?db=crm&processor=work", "redrive?db=postgres&processor=work", "cancel?db=crm&task=1"] {
            #expect(await visit.answer("/\(query)", cookie).status == .notFound, "\(query)")
            #expect(await visit.answer("/\(query)", method: .post, cookie).status == .notFound, "\(query)")
        }
    }

    @Test("of one session two pages ask databases at once; a third waits for its turn, and not for ever")
    func turns() async throws {
        let gate = Gate()
        let (opened, open) = AsyncStream<Void>.makeStream()
        await withTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    _ = try? await gate.admit("one") { () async throws(Problem) in
                        for await _ in opened { break }
                        return .seeOther("./")
                    }
                }
            }
            try? await Task.sleep(for: .milliseconds(100))
            await #expect(throws: Problem.tooMany) {
                try await gate.admit("one") { () async throws(Problem) in .seeOther("./") }
            }
            let other = try? await gate.admit("two") { () async throws(Problem) in .seeOther("./") }
            #expect(other?.status == .seeOther)
            open.finish()
        }
        let next = try await gate.admit("one") { () async throws(Problem) in .seeOther("./") }
        #expect(next.status == .seeOther)
    }

    @Test("on a standby nothing is done, and the overview says so")
    func standby() async throws {
        var snapshot = Snapshot.made([.made("shop", "letters")], at: .now)
        snapshot.report.scheduler?.isStandby = true
        let visit = Visit(snapshot, kind: .once(mayAct: true))
        let cookie = await visit.logIn()
        #expect(await visit.answer("/", cookie).body.contains("The server is a standby"))
        for action in Action.allCases {
            #expect(await visit.answer("/\(action.rawValue)", method: .post, cookie).status == .serviceUnavailable)
            #expect(await visit.answer("/\(action.rawValue)", cookie).status == .serviceUnavailable)
        }
    }

    @Test(
        "what an action is done to is told as a command that does the same",
        arguments: [
            (Action.pause, "db=a'b&processor=-x", "cronmill pause '-x' --database 'a'\\''b'"),
            (
                .redrive, "db=shop&processor=x&sqlstate=22P02&message=%24(y)",
                "cronmill redrive x --database shop --sqlstate 22P02 --error='$(y)'"
            ),
            (.purge, "db=shop&processor=x", "cronmill purge x --database shop --dead 0"),
            (.purge, "db=shop&task=9007199254740993", "cronmill purge --database shop --id 9007199254740993"),
            (.cancel, "db=shop&task=7", "cronmill cancel --database shop 7"),
            (.acknowledge, "alarm=7", "cronmill alarms acknowledge 7"),
        ]
    )
    func commands(action: Action, query: String, command: String) throws {
        #expect(try Target(action, Query(query[...])).command(action) == command)
    }
}

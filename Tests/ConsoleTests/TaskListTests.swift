import HTTPTypes
import Testing

@testable import Console
@testable import Cronmill

@Suite("Lists of tasks in the console")
struct TaskListTests {
    private static let position = TaskPosition(
        queue: "a!b/..\n\"{{}}",
        level: 3,
        time: "2026-11-30 11:00:00.000001+00",
        id: 9_007_199_254_740_993
    )

    private static func query(_ text: String, page: String? = nil) throws -> TaskQuery {
        let page = page.map { "&page=\($0.percentEncoded)" } ?? ""
        return try TaskQuery(Query("\(text)\(page)"), database: "shop")
    }

    /// The token in the address of the next page.
    private static func token(_ query: TaskQuery) throws -> String {
        let address = query.address(after: position).text
        let value = try #require(address.firstMatch(of: #/page=([^&]+)$/#)).output.1
        return try #require(String(queryValue: value))
    }

    @Test("a page goes on where the one before ended, in the same list")
    func pages() throws {
        let first = try Self.query("db=shop&queue=a%21b&state=dead&sqlstate=22P02&age=1h")
        #expect(first.request.state == .dead)
        #expect(first.request.sqlState == "22P02")
        #expect(first.request.age == .seconds(3600))
        let next = try Self.query(
            "db=shop&queue=a%21b&state=dead&sqlstate=22P02&age=1h",
            page: Self.token(first)
        )
        #expect(next.request.after == Self.position)
    }

    @Test("a page of another list, and one that was made up, are refused")
    func otherPages() throws {
        let token = try Self.token(Self.query("db=shop&state=dead"))
        for other in ["db=shop", "db=shop&state=dead&queue=x", "db=shop&state=done", "db=shop&state=dead&tag=x"] {
            #expect(throws: Problem.self, "\(other)") { try Self.query(other, page: token) }
        }
        let parts = token.split(separator: "!", omittingEmptySubsequences: false).map(String.init)
        for (index, bad) in [(1, "10"), (1, "x"), (2, "9223372036854775808"), (3, "now"), (3, "%27"), (0, "")] {
            var changed = parts
            changed[index] = bad
            #expect(throws: Problem.self, "\(bad)") {
                try Self.query("db=shop&state=dead", page: changed.joined(separator: "!"))
            }
        }
        for bad in ["", "!!!!", "x"] {
            #expect(throws: Problem.self) { try Self.query("db=shop&state=dead", page: bad) }
        }
    }

    @Test(
        "a filter that cannot be one is refused",
        arguments: ["state=gone", "sqlstate=22", "sqlstate=22p02", "age=soon", "tag=%0a", "limit=5"]
    )
    func malformed(filter: String) {
        #expect(throws: Problem.self) { try Self.query("db=shop&\(filter)") }
    }

    @Test("before the cron database has answered no database is called unknown")
    func nothingYet() async {
        let visit = Visit(Snapshot())
        let answer = await visit.answer("/database?db=shop", await visit.logIn())
        #expect(answer.status == .serviceUnavailable && answer.body.contains("has not said yet"))
    }

    @Test("pages of databases that are not looked at, and of processors that there are not, are not found")
    func unknown() async {
        let visit = Visit(.made([.made("shop", "mails")], at: .now))
        let cookie = await visit.logIn()
        for (path, status) in [
            ("/tasks?db=other", 404), ("/database?db=other", 404), ("/processor?db=shop&processor=x", 404),
            ("/timeline?db=shop&processor=x", 404), ("/timeline?db=shop&hours=2", 400), ("/tasks", 400),
            ("/task?db=shop", 400), ("/task?db=shop&id=x", 400), ("/database?db=shop&x=1", 400),
            // It is known, and nobody listens there.
            ("/tasks?db=shop", 503),
        ] {
            let answer = await visit.answer(path, cookie)
            #expect(answer.status.code == status, "\(path)")
            #expect(!answer.body.contains("nowhere"), "\(path)")
        }
    }
}

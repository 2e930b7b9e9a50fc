import HTTPTypes
import Postgres
import Testing

@testable import Console
@testable import Cronmill

@Suite("Pages of the console")
struct PageTests {
    @Test("a value is never markup, whatever is in it, and what is not seen is shown")
    func escaping() {
        let name = "<script>alert(\"1\")</script> & 'x' \u{202e}txt\u{0}\n{{7*7}}"
        let page: HTML = "<b title=\"\(name)\">\(name)</b>\(3)"
        let safe =
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \\u{202e}txt\\x00\\n{{7*7}}"
        #expect(page.text == "<b title=\"\(safe)\">\(safe)</b>3")
        let long: HTML = "\(String(repeating: "&", count: 1_000_000))"
        #expect(long.text.hasSuffix("&amp;… (1,000,000 bytes)") && long.text.utf8.count < 60_000)
        let link: HTML = "<a href=\"?q=\(query: "a b/&\"<ü")\">"
        #expect(link.text == "<a href=\"?q=a%20b%2F%26%22%3C%C3%BC\">")
    }

    @Test("what is percent-encoded is read again, and what is malformed is refused")
    func queries() throws {
        let text = "db:cust* /&=?#\"ü %41+"
        #expect(String(queryValue: text.percentEncoded[...]) == text)
        #expect(String(queryValue: "a+b") == "a b")
        for bad in ["%", "%4", "%zz", "%ff", "%00", "%+1"] { #expect(String(queryValue: bad[...]) == nil, "\(bad)") }
        #expect(throws: Problem.self) { try Query("q=1&q=2") }
        #expect(throws: Problem.self) { try Query("q=%ff") }
        #expect(try Query("q=a%3Ab&strict")["q"] == "a:b")
    }

    @Test(
        "a pattern matches names",
        arguments: [
            ("cust*", "customer", true), ("cust*", "CUSTOMER", true), ("cust*", "my_customer", false),
            ("*omer", "customer", true), ("c*t*r", "customer", true), ("c*x*r", "customer", false), ("*", "", true),
            ("a*a", "a", false), ("ab*ba", "aba", false), ("customer", "customers", false), ("**", "x", true),
            ("a*b*b", "ab", false), ("a*b*b", "abb", true),
        ]
    )
    func patterns(pattern: String, name: String, isMatch: Bool) {
        #expect(Pattern(pattern).matches(name) == isMatch)
    }

    @Test("a filter has kinds, which go together, and words")
    func filters() throws {
        let status = ProcessorStatus.made("customers", "mails", .behind)
        let matching = [
            "", " ", "db:cust*", "db:x db:customers", "verdict:behind", "verdict:ok verdict:Behind", "mail",
            "USTOM mai",
            "processor:m*ls database:c* verdict:behind",
        ]
        for text in matching { #expect(try Filter(text).matches(status), "\(text)") }
        for text in ["db:cust", "verdict:ok", "db:cust* verdict:ok", "post", "mail post", "processor:x"] {
            #expect(try !Filter(text).matches(status), "\(text)")
        }
        let bad = [
            "verdict:bad", "queue:x", "db:", ":", String(repeating: "x", count: 501),
            String(repeating: "x ", count: 21),
        ]
        for text in bad { #expect(throws: Problem.self, "\(text)") { try Filter(text) } }
    }

    @Test("the overview has what needs attention first, worst first, and a cell for every processor")
    func overview() throws {
        let now = ContinuousClock.now
        let snapshot = Snapshot.made(
            [
                .made("shop", "letters"), .made("shop", "mails", .behind, reason: "its oldest <ready> task waits"),
                .made("a'b", "x", .drifted, reason: "the registry does not know it"),
            ],
            at: now
        ).withUnreachable("gone", PostgresError(kind: .connection, message: "host secret.example.org refused"))
        let page = Overview(snapshot: snapshot, filter: .none, now: now).page.text
        #expect(page.contains("<title>3 to look at · Cronmill</title>"))
        let order = ["gone</bdi>", "drifted</b>", "behind</b>", "<h2>Databases"].map { page.firstRange(of: $0) }
        for (one, next) in zip(order, order.dropFirst()) {
            #expect(try #require(one).lowerBound < #require(next).lowerBound)
        }
        #expect(page.contains("its oldest &lt;ready&gt; task waits"))
        #expect(page.contains("<code class=\"command\">cronmill stats mails --database shop</code>"))
        #expect(page.contains("<code class=\"command\">cronmill sync --database &#39;a&#39;\\&#39;&#39;b&#39;</code>"))
        #expect(page.matches(of: #/class="cell /#).count == 4)
        #expect(page.contains("cannot be reached"))
        #expect(!page.contains("secret.example.org"))
        #expect(!page.contains("style=") && !page.contains("onclick") && !page.contains("<script>"))

        let few = try Overview(snapshot: snapshot, filter: Filter("verdict:behind"), now: now).page.text
        #expect(few.matches(of: #/class="cell /#).count == 1)
        #expect(few.contains("value=\"verdict:behind\""))
        let none = try Overview(snapshot: snapshot, filter: Filter("db:nowhere"), now: now).page.text
        #expect(none.contains("None is like that."))
    }

    @Test("alarms are counted and lead on, a lost standby is remarked on, and who acts is said")
    func attention() throws {
        var status = ProcessorStatus.made(
            "shop",
            "mails",
            .held,
            reason: "1 task waits: cronmill graph list --database shop"
        )
        var snapshot = Snapshot.made([status, .made("shop", "letters", .paused)], at: .now)
        snapshot.alarms = [.made("shop", "mails"), .made(nil, nil)]
        (snapshot.server, snapshot.expectedStandbys) = (.made, 3)
        var viewer = Viewer.made(role: "a<b", mayAct: true)
        func shown() -> String { Overview(snapshot: snapshot, filter: .none, now: .now, viewer: viewer).page.text }
        let page = shown()
        #expect(page.contains("<title>3 to look at"))
        #expect(page.contains("<a href=\"alarms\">2</a>") && page.contains("./?q=verdict%3Apaused"))
        #expect(page.contains("2 of 3 standbys are connected."))
        #expect(page.contains("as <bdi>a&lt;b</bdi>") && page.contains("acknowledge?alarm=7&amp;back=.%2F"))
        #expect(page.matches(of: #/href="processor\?db=shop&amp;processor=mails"/#).count == 3)
        // To acknowledge is offered to who may.
        func offered() -> Int { shown().matches(of: #/href="acknowledge/#).count }
        #expect(offered() == 2)
        viewer.acknowledges = .ofDatabases
        #expect(offered() == 1)
        viewer.acknowledges = .none
        #expect(offered() == 0)
        // A command stands in one place, to be copied.
        #expect(page.matches(of: #/cronmill graph list/#).count == 1)
        status.verdict = .failing
        #expect(status.nextCommand == "cronmill tasks --queue mails --database shop --state retrying")
        (status.retrying, status.dead) = (0, 4)
        #expect(status.nextCommand == "cronmill tasks --queue mails --database shop --state dead")
        status.repair = "cronmill configure"
        #expect(status.nextCommand == "cronmill configure")
    }

    @Test("an error that a database told is said in whole sentences, and in its words where they are Cronmill's")
    func problems() {
        let own = CronmillError(
            .failed,
            "it is so",
            detail: "That is why.",
            hint: "Do it.",
            sqlState: .insufficientPrivilege
        )
        #expect(Problem(own).detail == "it is so. That is why. Do it.")
        var error = PostgresError(kind: .server, message: "payloads are not searched", sqlState: "MC025")
        #expect(Problem(error).detail == "payloads are not searched." && Problem(error).status == .badRequest)
        (error.message, error.sqlState) = ("secret", .uniqueViolation)
        #expect(Problem(error).detail == "The database answered with an error (SQLSTATE 23505).")
        (error.kind, error.sqlState) = (.connection, .objectNotInPrerequisiteState)
        #expect(Snapshot.reason(error) == "takes no connections (SQLSTATE 55000)")
    }

    @Test("a page is made, and compressed, once for all who ask for it, until there is another snapshot or it is old")
    func cache() throws {
        let cache = PageCache()
        let now = ContinuousClock.now
        var made = 0
        @discardableResult
        func ask(_ filter: Filter = .none, _ viewer: Viewer = .made(), of version: String = "1", after seconds: Int = 0)
            -> Answer
        {
            cache.answer(version, for: Audience(filter, viewer), as: viewer.role, at: now + .seconds(seconds)) {
                made += 1
                return ""
            }
        }
        let first = ask()
        #expect(first.content === ask().content && first.fields[.eTag] != nil)
        ask()
        #expect(made == 1)
        try ask(Filter("db:x"))
        #expect(made == 2)
        ask(.none, .made(["shop"]))
        ask(.none, .made(["shop"]))
        #expect(made == 3)
        ask(of: "2")
        #expect(made == 4)
        ask(of: "2", after: 4)
        #expect(made == 5)
        for number in 0..<200 { try ask(Filter("db:\(number)")) }
        #expect(made == 205)
    }

    @Test("where nothing has been seen yet, the overview says so")
    func nothingYet() {
        let page = Overview(snapshot: Snapshot(), filter: .none, now: .now).page.text
        #expect(page.contains("nothing seen yet"))
    }

    @Test("800 processors are a page of less than 40 kB as it goes out, made in less than a second")
    func large() {
        let now = ContinuousClock.now
        // No two have the same figures, as in life.
        let processors = (0..<800).map { number in
            var status = ProcessorStatus.made("customer_\(number / 4)", "queue_\(number % 4)")
            (status.ready, status.scheduled) = (number * 7919 % 4001, number * 104_729 % 997)
            (status.dead, status.oldestReady) = (number * 31 % 13, .seconds(number * 6_151 % 7_200))
            return status
        }
        let page = Content(Overview(snapshot: .made(processors, at: now), filter: .none, now: now).page.text)
        #expect(page.text.utf8.count < 1_000_000 && page.gzip.count < 40_000)
        #expect(ContinuousClock.now - now < .seconds(1))
    }
}

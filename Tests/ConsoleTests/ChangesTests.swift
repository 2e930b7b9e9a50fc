import HTTPTypes
import Testing

@testable import Console
@testable import Cronmill

@Suite("What is told of changes")
struct ChangesTests {
    private let now = ContinuousClock.now

    private func changed(from old: Snapshot, to new: Snapshot) -> String {
        let changes = Changes()
        let audience = Audience(.none, .made())
        _ = changes.event("1", for: audience, at: now) { Overview(snapshot: old, filter: .none, now: now) }
        return changes.event("2", for: audience, at: now) { Overview(snapshot: new, filter: .none, now: now) }
    }

    private func ids(_ event: String) -> [String] {
        event.matches(of: /"id": "([^"]*)"/).map { String($0.output.1) }
    }

    @Test("what is the same is not told; of what was looked at again only its age is")
    func parts() {
        let old = Snapshot.made([.made("shop", "letters"), .made("crm", "mails")], at: now)
        #expect(changed(from: old, to: old).contains("\"from\": \"1\", \"to\": \"2\""))
        #expect(ids(changed(from: old, to: old)) == [])
        var again = old
        again.askedAt["crm"] = now
        let told = changed(from: old, to: again)
        #expect(told.contains("\"age\": 0") && !told.contains("mails"))
        let other = Snapshot.made(
            [.made("shop", "letters"), .made("crm", "mails", .behind, reason: "it waits")],
            at: now
        )
        let news = changed(from: old, to: other)
        #expect(ids(news).count == 2 && ids(news)[0] == "attention" && news.contains("it waits"))
        #expect(!news.contains("letters") && news.contains("\"title\": \"1 to look at\""))
        // Where a database has come, all are in another place.
        let more = Snapshot.made([.made("app", "x"), .made("shop", "letters"), .made("crm", "mails")], at: now)
        #expect(ids(changed(from: old, to: more)).last == "databases")
    }

    @Test("an event is one line, and made once for all who are shown the same")
    func shared() {
        let snapshot = Snapshot.made([.made("a\nb", "letters")], at: now)
        let changes = Changes()
        var made = 0
        func ask(_ databases: Set<String>?, _ version: String) -> String {
            changes.event(version, for: Audience(.none, .made(databases)), at: now) {
                made += 1
                return Overview(snapshot: snapshot, filter: .none, now: now)
            }
        }
        _ = ask(nil, "1")
        let event = ask(nil, "2")
        #expect(event == ask(nil, "2") && made == 2)
        #expect(event.hasPrefix("data: ") && event.hasSuffix("}\n\n") && event.dropLast(2).allSatisfy { $0 != "\n" })
        _ = ask(["shop"], "2")
        #expect(made == 3)
    }

    @Test(
        "64 listen at once, and another is told to ask; a place is free again when one has left; it ends with the session"
    )
    func places() async throws {
        let visit = Visit(.made([.made("shop", "letters")], at: now))
        let cookie = await visit.logIn()
        #expect(await visit.answer("/events?q=verdict:x", cookie).status == .badRequest)
        #expect(await visit.answer("/events").status == .unauthorized)
        var listening: [Answer] = []
        for _ in 0..<Seats.most { listening.append(await visit.answer("/events", cookie)) }
        #expect(listening.allSatisfy { $0.status == .ok && $0.head[.contentLength] == nil })
        let full = await visit.answer("/events", cookie)
        #expect(full.status == .serviceUnavailable && full.type == "application/problem+json")
        var stream = try #require(listening.removeLast().stream?.makeAsyncIterator())
        #expect(await stream.next()?.contains("\"parts\": []") == true)
        listening = []
        #expect(await visit.answer("/events", cookie).status == .ok)
        let secret = try #require(cookie["Cookie"]).suffix(32)
        visit.console.access.sessions.end(String(secret))
        #expect(await stream.next() == nil)
    }
}

import Postgres
import Synchronization

/// A session that looks, all the while, for a task that is done and still queued.
final class Lookout: Sendable {
    private let fixture: ChaosFixture
    private let found = Mutex<Set<String>>([])

    init(fixture: ChaosFixture) {
        self.fixture = fixture
    }

    var findings: [String] { found.withLock { $0.sorted() } }

    /// Looks until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            await Producer.pause(2_000)
            for database in ChaosFixture.databases {
                do {
                    let rows = try await fixture.with(database) { try await $0.query(Verification.halfDone) }
                    let findings: [String] = try rows.map { try $0.get("finding") }
                    let sentences = findings.map { "\(database): done or dead, and still queued: \($0)" }
                    found.withLock { $0.formUnion(sentences) }
                } catch let error as PostgresError where error.isPassing {
                    continue
                } catch {
                    let text = "\(database): \(error)"
                    if !Task.isCancelled { found.withLock { _ = $0.insert(text) } }
                }
            }
        }
    }
}

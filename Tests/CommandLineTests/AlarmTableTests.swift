import Foundation
import Testing

@testable import Cronmill
@testable import cronmill_cli

/// The tables of alarms and thresholds, whole.
@Suite("Tables of alarms")
struct AlarmTableTests {
    private func time(_ text: String) -> ServerTime { ServerTime(date: .now, text: text, zone: "Etc/UTC") }

    @Test("alarms fit the terminal, by display width; what is over has a column of its own")
    func alarms() {
        var alarms = [
            Alarm(
                id: 12,
                kind: "behind",
                database: "店",
                processor: "letters",
                detail: "The oldest of 7 ready tasks waits 12 min longer than its schedule means.",
                raisedAt: time("2026-11-26 03:30:04"),
                acknowledgedBy: "keeper"
            ),
            Alarm(id: 3, kind: "capacity", detail: "Too many.", raisedAt: time("2026-11-25 00:00:00")),
        ]
        #expect(
            Table(alarms).render(width: 100, colour: false) == """
                ID  KIND      DATABASE  PROCESSOR  RAISED (Etc/UTC)     KNOWN TO  DETAIL
                12  behind    店        letters    2026-11-26 03:30:04  keeper    The oldest of 7 ready tasks waits…
                 3  capacity  -         -          2026-11-25 00:00:00  -         Too many.

                """
        )
        alarms[0].clearedAt = time("2026-11-26 04:00:00")
        #expect(
            Table(alarms).render(width: nil, colour: false) == """
                ID  KIND      DATABASE  PROCESSOR  RAISED (Etc/UTC)     CLEARED (Etc/UTC)    KNOWN TO  DETAIL
                12  behind    店        letters    2026-11-26 03:30:04  2026-11-26 04:00:00  keeper    \
                The oldest of 7 ready tasks waits 12 min longer than its schedule means.
                 3  capacity  -         -          2026-11-25 00:00:00  -                    -         Too many.

                """
        )
    }

    @Test("thresholds are shown where they are set, as they are typed")
    func thresholds() {
        let sets = [
            ThresholdSet(values: [.behind: .duration(.seconds(5400)), .failing: .count(50), .dead: .off]),
            ThresholdSet(database: "shop", processor: "letters", values: [.dead: .count(100)]),
            ThresholdSet(database: "analytics", values: [.historyAge: .duration(.seconds(86_400))]),
        ]
        #expect(
            Table(sets, of: [.behind, .failing, .dead], named: \.rawValue).render(width: nil, colour: false) == """
                DATABASE  PROCESSOR  BEHIND  FAILING  DEAD
                all       all         1h30m      50%   off
                shop      letters                      100

                """
        )
    }

    @Test("a threshold is read as it is typed, and nothing else is")
    func reading() throws {
        let read = try Threshold.read(
            ["behind=90s", "failing=5%", "dead=off", "silent=default", "overdue=0"],
            of: Threshold.ofAlarms,
            named: \.rawValue
        )
        let expected: [Threshold: ThresholdValue?] = [
            .behind: .duration(.seconds(90)), .failing: .count(5), .dead: .off, .silent: nil, .overdue: .off,
        ]
        #expect(read == expected)
        for text in ["behind", "behind=", "behind=-1s", "dead=1.5", "dead=10%", "failing=101", "history_age=1d", "=1"] {
            #expect(throws: (any Error).self, "\(text)") {
                try Threshold.read([text], of: Threshold.ofAlarms, named: \.rawValue)
            }
        }
        #expect(throws: CronmillError.self) {
            try Threshold.read(["dead=1", "dead=2"], of: Threshold.ofAlarms, named: \.rawValue)
        }
    }
}

internal import Cronmill
internal import FoundationEssentials
internal import HTTPTypes

/// Whether somebody has to look, in the terms of draft-inadarei-api-health-check: pass, warn, fail.
///
/// It fails where `status --all --exit-code` would not end with 0, or nothing is known; it warns where that would end with 0
/// and remark on something, or where not all has been looked at yet.
struct Health: Sendable {
    enum Status: String, Sendable {
        case pass, warn, fail
    }

    let status: Status
    private let snapshot: Snapshot
    private let now: ContinuousClock.Instant

    init(_ snapshot: Snapshot, at now: ContinuousClock.Instant) {
        self.snapshot = snapshot
        self.now = now
        let isKnown = snapshot.isReady(at: now) && snapshot.report.cronError == nil
        if !isKnown || !snapshot.report.isFine || !snapshot.unreachable.isEmpty {
            status = .fail
        } else if !snapshot.remarks.isEmpty || !snapshot.pending.isEmpty {
            status = .warn
        } else {
            status = .pass
        }
    }

    /// 200 while nobody has to come.
    func code(strict: Bool) -> HTTPResponse.Status {
        status == .pass || status == .warn && !strict ? .ok : .serviceUnavailable
    }

    /// What everybody may know.
    var brief: JSON { ["status": .string(status.rawValue)] }

    /// What who is logged in may know.
    var json: JSON {
        [
            "status": .string(status.rawValue), "at": .string(snapshot.takenAt.iso8601),
            "age_seconds": snapshot.age(at: now).map { .number($0.inSeconds) } ?? .null,
            "partial": .boolean(isPartial),
            "checks": .array(snapshot.processors.map(Self.check)),
            "unreachable": .array(
                snapshot.unreachable.map {
                    [
                        "database": .string($0.database), "reason": .string(Snapshot.reason($0.error)),
                        "since": JSON(snapshot.downSince[$0.database]?.iso8601),
                    ]
                }
            ),
            "remarks": .array(snapshot.remarks.map { .string($0) }),
        ]
    }

    private var isPartial: Bool {
        snapshot.report.cronError != nil || !snapshot.pending.isEmpty || !snapshot.unreachable.isEmpty
            || snapshot.triedAt == nil
    }

    private static func check(_ status: ProcessorStatus) -> JSON {
        [
            "database": .string(status.database), "processor": .string(status.processor),
            "status": .string((status.verdict.isFine ? Status.pass : .fail).rawValue),
            "verdict": .string(status.verdict.rawValue), "reason": .string(status.reason),
        ]
    }
}

/// What a run did, and what it found.
public struct ChaosReport: Sendable {
    /// One line for each thing that was done and counted.
    public var lines: [String] = []
    /// Promises that were not kept, a sentence each; empty if all were.
    public var violations: [String] = []
    /// Processes that were killed.
    public var kills = 0

    /// The lines, then the violations, for people.
    public var text: String {
        let end = violations.isEmpty ? ["no violation"] : violations.map { "VIOLATION: \($0)" }
        return (lines + end).joined(separator: "\n")
    }
}

internal import Postgres

/// What a user asks of a query processor, besides what is asked of any: what is nil stays as it is, or is the default
/// for a new one.
public struct QueryRequest: Sendable, Hashable {
    /// What becomes of a query with more values than the limit.
    public enum OverLimit: String, Sendable, Hashable, CaseIterable {
        /// The task is dead.
        case dead
        /// The lowest values are kept, and the result is marked as cut.
        case cut
    }

    /// Whose tables results are kept in.
    public enum Layout: String, Sendable, Hashable, CaseIterable {
        /// One table of our own.
        case cronmill
        /// Those of PartitionCache, array back end: the table named is that of its queries.
        case partitioncache
    }

    /// A setting that can be none.
    public enum Bound<Value: Sendable & Hashable>: Sendable, Hashable {
        /// No bound.
        case unbounded
        /// This one.
        case at(Value)

        var value: Value? { if case .at(let value) = self { value } else { nil } }
    }

    /// Table of the results as typed, schema-qualified; made if it is missing. Makes a query processor.
    public var results: String?
    /// Whose tables they are. Default our own, or what the processor has; it cannot be changed.
    public var layout: Layout?
    /// Type of the values. Default bigint, or that of the table if it is there.
    public var resultType: String?
    /// Most values a result may have. Default 1,000,000.
    public var resultLimit: Bound<Int>?
    /// What becomes of a query with more. Default dead.
    public var overLimit: OverLimit?
    /// Age from which a result that is asked for is computed again. Default none.
    public var refreshAfter: Bound<Duration>?

    /// A request that asks for nothing yet.
    public init() {}

    /// Whether it asks for nothing.
    public var isEmpty: Bool { self == QueryRequest() }

    /// What is asked of the row's columns.
    var settings: [ProcessorSetting] {
        var settings: [ProcessorSetting] = []
        if let resultLimit {
            settings.append(
                ProcessorSetting(
                    column: "result_limit",
                    title: "result-limit",
                    text: resultLimit.value.map(String.init) ?? "none",
                    value: "\(resultLimit.value)"
                )
            )
        }
        if let overLimit {
            settings.append(
                ProcessorSetting(
                    column: "over_limit",
                    title: "over-limit",
                    text: overLimit.rawValue,
                    value: "\(overLimit.rawValue)"
                )
            )
        }
        if let refreshAfter {
            settings.append(
                ProcessorSetting(
                    column: "refresh_after",
                    title: "refresh-after",
                    text: refreshAfter.value?.intervalText ?? "none",
                    value: "\(refreshAfter.value?.intervalText)"
                )
            )
        }
        return settings
    }
}

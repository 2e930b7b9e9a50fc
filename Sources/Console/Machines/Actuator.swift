internal import Cronmill
internal import HTTPTypes

/// The addresses of Spring Boot's actuator, in its words, with `--aliases`.
extension Console {
    /// Nil if it is none of these.
    func actuator(_ call: Call) async throws(Problem) -> Answer? {
        let root = "/actuator/"
        guard call.path.hasPrefix(root) else { return nil }
        switch call.path.dropFirst(root.count) {
        case "health":
            try call.query.check(allowed: [])
            return Self.word(Health(snapshot(), at: call.now).code(strict: false) == .ok)
        case "health/liveness":
            try call.query.check(allowed: [])
            return Self.word(snapshot().isTicking(at: call.now))
        case "health/readiness":
            try call.query.check(allowed: [])
            return Self.word(snapshot().isReady(at: call.now))
        case "metrics": return .json(["names": .array(try await actuatorMetrics(call).map { .string($0.name) })])
        case let name where name.hasPrefix("metrics/"):
            let families = try await actuatorMetrics(call)
            guard let family = families.first(where: { $0.name == name.dropFirst("metrics/".count) }) else {
                throw .notFound
            }
            return .json(family.actuatorJSON)
        default: return nil
        }
    }

    private func actuatorMetrics(_ call: Call) async throws(Problem) -> [Metrics.Family] {
        guard await access.mayReadMetrics(call) else { throw .metricsToken }
        try call.query.check(allowed: [])
        return Metrics(snapshot(), at: call.now).families.filter { !$0.samples.isEmpty }
    }

    private static func word(_ isWell: Bool) -> Answer {
        .json(["status": isWell ? "UP" : "DOWN"], status: isWell ? .ok : .serviceUnavailable)
    }
}

extension Metrics.Family {
    /// The words of what is told, and of which figures it is the sum.
    private var statistics: [(word: String, suffix: String)] {
        switch type {
        case .gauge: [("VALUE", "")]
        case .counter: [("COUNT", "")]
        case .histogram: [("COUNT", "_count"), ("TOTAL_TIME", "_sum")]
        }
    }

    /// The sum over all labels, and which labels there are.
    fileprivate var actuatorJSON: JSON {
        var tags: [(name: String, values: [String])] = []
        for (name, value) in samples.flatMap(\.labels) where name != "le" {
            if let index = tags.firstIndex(where: { $0.name == name }) {
                if !tags[index].values.contains(value) { tags[index].values.append(value) }
            } else {
                tags.append((name, [value]))
            }
        }
        return [
            "name": .string(name), "description": .string(help),
            "measurements": .array(
                statistics.map { word, suffix in
                    let values = samples.filter { $0.suffix == suffix }.map { Double($0.value) ?? 0 }
                    return ["statistic": .string(word), "value": .number(values.reduce(0, +))]
                }
            ),
            "availableTags": .array(
                tags.map { ["tag": .string($0.name), "values": .array($0.values.map { .string($0) })] }
            ),
        ]
    }
}

extension Measurement {
    /// Searches among many tagged tasks, and the size of the index when tags come and go that are used once.
    mutating func measureTags() async throws {
        let (total, churned) = (scale.taggedTasks, scale.churnedTasks)
        try await stage.fillTagged(from: 1, total)
        let size = "\(total.grouped) tasks; not analyzed"
        let rare = try await stage.searchTimes({ "order:\($0 * 7 + 1)" }, rounds: 40)
        add("search for a tag that one task has", rare.quantile(0.5), "ms", goal: "at most 5", note: size)
        let common = try await stage.searchTimes({ _ in "all" }, rounds: 40)
        add("search for a tag that all have, 50 of them", common.quantile(0.5), "ms", goal: "at most 50")
        let some = try await stage.searchTimes({ "group:\($0)" }, rounds: 40)
        add("search for a tag that one in a thousand has", some.quantile(0.5), "ms")
        _ = try await emptyTagged()
        // As large as it gets with one portion; then the same again and again, with other tags.
        let portion = total / 10
        var first = total + 1
        var start: Double?
        while first <= total + churned {
            try await stage.fillTagged(from: first, portion)
            _ = try await emptyTagged()
            let now = try await stage.tagIndexSize()
            start = start ?? now
            first += portion
            if first > total + churned, let start {
                add(
                    "index of tags, after / before \(churned.grouped) more tasks with tags of their own",
                    now / start,
                    "x",
                    goal: "at most 1.2",
                    note: "\((now / 1024).rounded(0)) kB"
                )
            }
        }
    }

    private func emptyTagged() async throws -> Contender.Took { try await stage.emptyByDelete("noop") }
}

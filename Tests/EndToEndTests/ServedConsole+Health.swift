import Foundation

extension ServedConsole {
    /// What `/api/v1/health` says to who is logged in.
    struct Health: Decodable {
        var status: String
        var partial: Bool
        var checks: [Check]
        var unreachable: [Unreachable]
        var remarks: [String]

        struct Check: Decodable {
            var database: String
            var processor: String
            var verdict: String
            var reason: String
        }

        struct Unreachable: Decodable {
            var database: String
            var reason: String
            var since: String
        }
    }

    func health(_ cookie: [String]) async throws -> Health {
        try JSONDecoder().decode(Health.self, from: Data(try await get("api/v1/health", cookie).body.utf8))
    }
}

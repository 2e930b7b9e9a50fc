import Foundation

extension ServedConsole {
    /// What `/api/v1/health` says; without a log-in it is the first field alone.
    struct Health: Decodable {
        var status: String
        var partial: Bool?
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

        private enum Key: CodingKey { case status, partial, checks, unreachable, remarks }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            status = try fields.decode(String.self, forKey: .status)
            partial = try fields.decodeIfPresent(Bool.self, forKey: .partial)
            checks = try fields.decodeIfPresent([Check].self, forKey: .checks) ?? []
            unreachable = try fields.decodeIfPresent([Unreachable].self, forKey: .unreachable) ?? []
            remarks = try fields.decodeIfPresent([String].self, forKey: .remarks) ?? []
        }
    }

    func health(_ options: [String]) async throws -> Health {
        try JSONDecoder().decode(Health.self, from: Data(try await get("api/v1/health", options).body.utf8))
    }
}

import Annals
import AnnalsTestSupport
import Testing

struct `The fields of Name` {
    @Test func `may all be asked for behind a reference to several objects`() async throws {
        let test = try SmallStore()
        let queues = try await test.create([
            SObject("Group", ["Name": "Desk", "Type": "Queue", "Email": "desk@example.com"])
        ])
        try await test.create([
            SObject("ContactRequest"), SObject("ContactRequest", ["OwnerId": .id(queues[0])]),
        ])
        let names = [
            "Id", "Name", "Type", "FirstName", "LastName", "Username", "Alias", "Email", "Phone",
            "Title", "IsActive", "ProfileId", "UserRoleId", "RecordTypeId", "LastViewedDate",
            "LastReferencedDate",
        ]

        for relationship in ["Owner", "What", "Who"] {
            for name in names {
                let path = "\(relationship).\(name)"
                #expect(
                    try await test.fault("SELECT \(path) FROM ContactRequest ORDER BY \(path)")
                        == nil
                )
                #expect(
                    try await test.fault("SELECT Id FROM ContactRequest WHERE \(path) = null")
                        == nil
                )
            }
        }
        let list = names.map { "Owner.\($0)" }.joined(separator: ", ")
        let rows = try await test.session.query(
            text: "SELECT \(list) FROM ContactRequest ORDER BY Id"
        ).records
        guard case .row(let user)? = rows[0]["Owner"], case .row(let queue)? = rows[1]["Owner"]
        else {
            Issue.record("no owners")
            return
        }
        #expect(user.fields.map(\.key) == names)
        #expect(user.type == "User")
        #expect(try user.value("IsActive") == true)
        #expect(try user.value("ProfileId") == .null)
        #expect(queue.type == "Group")
        #expect(try queue.value("Name") == "Desk")
        #expect(try queue.value("Email") == "desk@example.com")
        // A boolean has no third value, and a queue has no such field.
        #expect(try queue.value("IsActive") == false)
        #expect(try queue.value("LastName") == .null)
    }

    @Test func `filter, sort and group`() async throws {
        let test = try SmallStore()
        let users = try await test.create([
            SObject("User", ["Username": "b", "LastName": "B", "IsActive": true])
        ])
        let queues = try await test.create([SObject("Group", ["Name": "Q", "Type": "Queue"])])
        let requests = try await test.create([
            SObject("ContactRequest"), SObject("ContactRequest", ["OwnerId": .id(users[0])]),
            SObject("ContactRequest", ["OwnerId": .id(queues[0])]),
        ])
        try await test.session.update("User", id: users[0], ["IsActive": false])
        let all = "SELECT Id FROM ContactRequest WHERE"

        #expect(try await test.ids("\(all) Owner.IsActive = true") == [requests[0]])
        #expect(try await test.ids("\(all) Owner.IsActive = false") == Array(requests[1...]))
        #expect(try await test.ids("\(all) Owner.LastName = 'b'") == [requests[1]])
        let groups = try await test.column(
            "SELECT Owner.IsActive, COUNT(Id) n FROM ContactRequest GROUP BY Owner.IsActive",
            "n"
        )
        #expect(groups == [2, 1])
    }

    @Test func `are those alone`() async throws {
        let test = try SmallStore()

        for path in ["Owner.DeveloperName", "What.Subject", "Who.AccountId", "Owner.Nonsense"] {
            let fault = try await test.fault("SELECT \(path) FROM ContactRequest")
            #expect(fault?.exceptionCode == .invalidField)
            #expect(fault?.message.contains("on entity 'Name'") == true, "\(path)")
        }
        let profile = try await test.fault("SELECT Owner.Profile.Name FROM ContactRequest")
        #expect(profile?.message.contains("Didn't understand relationship 'Profile'") == true)
    }
}

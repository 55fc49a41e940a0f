using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Differential;

/// <summary>The schemas that validation is compared with graphql-js on.</summary>
internal static class DifferentialSchemas
{
    /// <summary>Everything the type system has.</summary>
    public const string Rich = """
        directive @onField on FIELD
        directive @onQuery(note: String) on QUERY | MUTATION | SUBSCRIPTION
        directive @onFragment on FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @onVariable on VARIABLE_DEFINITION
        directive @mark(level: Int!, tags: [String!] = ["a"], filter: Filter) repeatable on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT | QUERY

        enum Color { RED GREEN BLUE DARK_RED }
        enum Order { ASC DESC }

        input Filter { name: String, size: Int = 3, colors: [Color!], and: [Filter!], not: Filter, range: Range, key: Key }
        input Range { from: Float!, to: Float!, closed: Boolean! = true }
        input Key @oneOf { id: ID, name: String, range: Range }

        interface Node { id: ID! }
        interface Being implements Node { id: ID!, name(upper: Boolean = false): String }
        interface Animal implements Being & Node { id: ID!, name(upper: Boolean = false): String, owner: Human, siblings(first: Int): [Animal!] }

        type Dog implements Animal & Being & Node {
          id: ID!
          name(upper: Boolean = false): String
          owner: Human
          siblings(first: Int): [Animal!]
          barks: Boolean!
          color: Color
          size: Int
          knows(command: Order!, times: Int = 1): Boolean!
        }

        type Cat implements Animal & Being & Node {
          id: ID!
          name(upper: Boolean = false): String
          owner: Human
          siblings(first: Int): [Animal!]
          meows: Boolean
          color: String
          size: Float
        }

        type Human implements Being & Node {
          id: ID!
          name(upper: Boolean = false): String
          pets(filter: Filter, orderBy: Order = ASC, first: Int! = 10): [Pet]
          friends(ids: [ID!]!): [Human!]!
          address: Address
        }

        type Address { street: String, number: Int, tags: [[String]] }

        union Pet = Dog | Cat
        union Thing = Dog | Cat | Human | Address

        type Query {
          node(id: ID!): Node
          being(key: Key!): Being
          find(key: Key): Thing
          animal(filter: Filter, keys: [Key!]): Animal
          dog: Dog
          dogs(filter: Filter!, colors: [Color] = [RED]): [Dog!]!
          pet(name: String!): Pet
          things(ranges: [Range!], matrix: [[Int!]!]): [Thing!]
          human(id: ID, active: Boolean): Human
          count(of: Color, above: Float): Int!
        }

        type Mutation { rename(id: ID!, name: String!): Being, remove(ids: [ID!]!): Int, paint(filter: Filter = { size: 1 }, color: Color!): Dog }

        type Subscription { renamed(id: ID): Being, removed: ID, painted: Dog }
        """;

    /// <summary>A small one without mutations, whose names are near each other.</summary>
    public const string Small = """
        schema { query: Root }
        scalar Long
        type Root { user(id: Int!): User, users: [User!]!, userCount: Int, search(text: String = "x", limit: Int): [Hit] }
        type User { id: ID!, id2: ID, name: String, names: [String!]!, best: User, ratio: Float, ok: Boolean }
        type Page { id: ID, title: String!, author: User }
        union Hit = User | Page
        """;

    /// <summary>The rich one with incremental delivery.</summary>
    public const string Incremental = Rich + """

        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
        """;

    public static Schema Build(string sdl) => SchemaBuilder.Build([Utf8Parser.Parse(sdl)]);
}

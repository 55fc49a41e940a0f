using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Tests.Validation.Rules;

/// <summary>A schema like that of the specification's examples in chapter 5, and how the rules are tested on it.</summary>
internal static class RuleSchema
{
    public const string Specification = "https://spec.graphql.org/September2025/#";

    public const string Sdl = """
        type Query {
          dog: Dog
          findDog(searchBy: FindDogInput): Dog
          booleanList(booleanListArg: [Boolean!]): Boolean
          human: Human
          pet: Pet
          catOrDog: CatOrDog
          arguments: Arguments
          humanOrAlien: HumanOrAlien
        }

        type Mutation { mutateDog: Dog, addPet(pet: PetInput!): Pet, addPets(pets: [PetInput!]!): [Pet] }

        type Subscription { newMessage: Message, disallowedSecondRootField: Boolean }

        type Message { body: String, sender: String }

        enum DogCommand { SIT DOWN HEEL }
        enum CatCommand { JUMP }

        interface Sentient { name: String! }
        interface Pet { name: String! }

        type Dog implements Pet {
          name: String!
          nickname: String
          barkVolume: Int
          doesKnowCommand(dogCommand: DogCommand!): Boolean!
          isHouseTrained(atOtherHomes: Boolean): Boolean!
          owner: Human
          toys(first: Int): [String!]
        }

        type Cat implements Pet {
          name: String!
          nickname: String
          doesKnowCommand(catCommand: CatCommand!): Boolean!
          meowVolume: Int
        }

        type Alien implements Sentient { name: String!, homePlanet: String }
        type Human implements Sentient { name: String!, pets: [Pet!] }

        union CatOrDog = Cat | Dog
        union HumanOrAlien = Human | Alien

        input FindDogInput { name: String, owner: String, tags: [String!] }
        input CatInput { name: String!, nickname: String, meowVolume: Int = 3 }
        input DogInput { name: String!, nickname: String, barkVolume: Int }
        input PetInput @oneOf { cat: CatInput, dog: DogInput }

        type Arguments {
          multipleRequirements(x: Int!, y: Int!): Int!
          booleanArgField(booleanArg: Boolean): Boolean
          floatArgField(floatArg: Float): Float
          intArgField(intArg: Int): Int
          stringArgField(stringArg: String): String
          idArgField(idArg: ID): ID
          nonNullBooleanArgField(nonNullBooleanArg: Boolean!): Boolean!
          booleanListArgField(booleanListArg: [Boolean]!): [Boolean]
          nonNullBooleanListField(nonNullBooleanListArg: [Boolean!]): [Boolean]
          optionalNonNullBooleanArgField(optionalBooleanArg: Boolean! = false): Boolean!
        }

        directive @delegateField(name: String!) repeatable on OBJECT | INTERFACE | FIELD
        directive @onQuery on QUERY
        """;

    public static Schema Schema { get; } = DifferentialSchemas.Build(Sdl);

    public static void AssertValid(string document) => Assert.Equal([], Describe(document));

    /// <summary>Asserts the errors, each as <c>message @ line:column, line:column</c>, and that the section is told among them.</summary>
    public static void AssertInvalid(string document, string section, params string[] errors)
    {
        Assert.Equal(errors, Describe(document));
        var found = DocumentValidator.Validate(Schema, Utf8Parser.Parse(document));
        Assert.All(found, error => Assert.Equal(ErrorCodes.Validation, error.Code));
        Assert.Contains(Specification + section, found.Select(error => error.Extensions?["specifiedBy"]));
    }

    private static string[] Describe(string document)
        => [.. DocumentValidator.Validate(Schema, Utf8Parser.Parse(document)).Select(error => $"{error.Message} @ {string.Join(", ", error.Locations.Select(place => $"{place.Line}:{place.Column}"))}")];
}

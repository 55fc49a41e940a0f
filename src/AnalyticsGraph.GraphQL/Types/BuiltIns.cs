using System.Collections.Frozen;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>What every schema has: sections 3.5 (scalars), 3.13 (directives) and 4 (introspection), written in SDL and read as any other.</summary>
internal static class BuiltIns
{
    /// <summary>The scalars of the specification. A schema has those it refers to; String and Boolean always, because introspection does.</summary>
    public static FrozenSet<string> Scalars { get; } = FrozenSet.ToFrozenSet(["String", "Int", "Float", "Boolean", "ID"]);

    /// <summary>The directives of the specification.</summary>
    public static FrozenSet<string> Directives { get; } = FrozenSet.ToFrozenSet(["skip", "include", "deprecated", "specifiedBy", "oneOf"]);

    /// <summary>The definitions of all of them.</summary>
    public static DocumentNode Document { get; } = Utf8Parser.Parse(Sdl, ParserLimits.Trusted);

    /// <summary>The names of all types defined here.</summary>
    public static FrozenSet<string> TypeNames { get; } = Document.Definitions.OfType<TypeDefinitionNode>().Select(type => type.Name.Value).ToFrozenSet();

    private const string Sdl =
        """"
        "Text in Unicode."
        scalar String

        "A whole number from -2^31 to 2^31 - 1."
        scalar Int

        "A double-precision number (IEEE 754), finite."
        scalar Float

        "`true` or `false`."
        scalar Boolean

        "A unique identifier. It is written as a string, and read from a string or a whole number."
        scalar ID

        "Takes the field or fragment in only when the argument is true."
        directive @include("Taken in when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

        "Leaves the field or fragment out when the argument is true."
        directive @skip("Left out when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

        "Marks a part of the schema that is no longer to be used."
        directive @deprecated(
          "Why, and what to use instead, in Markdown."
          reason: String! = "No longer supported"
        ) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE

        "Says where the format of a scalar is specified."
        directive @specifiedBy("The specification's URL." url: String!) on SCALAR

        "Exactly one field of the input object must be given, and it must not be null."
        directive @oneOf on INPUT_OBJECT

        "What the server offers: its types, its directives, and where operations start."
        type __Schema {
          description: String
          "All named types."
          types: [__Type!]!
          "Where queries start."
          queryType: __Type!
          "Where mutations start, if the server takes any."
          mutationType: __Type
          "Where subscriptions start, if the server takes any."
          subscriptionType: __Type
          "All directives."
          directives: [__Directive!]!
        }

        "A type. Which of its fields have values depends on its kind; lists and non-null types wrap another type."
        type __Type {
          kind: __TypeKind!
          name: String
          description: String
          specifiedByURL: String
          fields(includeDeprecated: Boolean! = false): [__Field!]
          interfaces: [__Type!]
          possibleTypes: [__Type!]
          enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]
          inputFields(includeDeprecated: Boolean! = false): [__InputValue!]
          ofType: __Type
          isOneOf: Boolean
        }

        "The kinds of types."
        enum __TypeKind {
          "A scalar; may have `specifiedByURL`."
          SCALAR
          "An object; has `fields` and `interfaces`."
          OBJECT
          "An interface; has `fields`, `interfaces` and `possibleTypes`."
          INTERFACE
          "A union; has `possibleTypes`."
          UNION
          "An enum; has `enumValues`."
          ENUM
          "An input object; has `inputFields`."
          INPUT_OBJECT
          "A list; has `ofType`."
          LIST
          "A non-null type; has `ofType`."
          NON_NULL
        }

        "A field of an object or interface."
        type __Field {
          name: String!
          description: String
          args(includeDeprecated: Boolean! = false): [__InputValue!]!
          type: __Type!
          isDeprecated: Boolean!
          deprecationReason: String
        }

        "An argument, or a field of an input object."
        type __InputValue {
          name: String!
          description: String
          type: __Type!
          "The default as GraphQL."
          defaultValue: String
          isDeprecated: Boolean!
          deprecationReason: String
        }

        "A value of an enum."
        type __EnumValue {
          name: String!
          description: String
          isDeprecated: Boolean!
          deprecationReason: String
        }

        "A directive."
        type __Directive {
          name: String!
          description: String
          isRepeatable: Boolean!
          locations: [__DirectiveLocation!]!
          args(includeDeprecated: Boolean! = false): [__InputValue!]!
        }

        "Where a directive may stand."
        enum __DirectiveLocation {
          "On a query."
          QUERY
          "On a mutation."
          MUTATION
          "On a subscription."
          SUBSCRIPTION
          "On a field."
          FIELD
          "On a fragment's definition."
          FRAGMENT_DEFINITION
          "On a fragment's use."
          FRAGMENT_SPREAD
          "On an inline fragment."
          INLINE_FRAGMENT
          "On a variable's definition."
          VARIABLE_DEFINITION
          "On the schema."
          SCHEMA
          "On a scalar."
          SCALAR
          "On an object type."
          OBJECT
          "On a field's definition."
          FIELD_DEFINITION
          "On an argument's definition."
          ARGUMENT_DEFINITION
          "On an interface."
          INTERFACE
          "On a union."
          UNION
          "On an enum."
          ENUM
          "On an enum's value."
          ENUM_VALUE
          "On an input object."
          INPUT_OBJECT
          "On an input object's field."
          INPUT_FIELD_DEFINITION
        }
        """";
}

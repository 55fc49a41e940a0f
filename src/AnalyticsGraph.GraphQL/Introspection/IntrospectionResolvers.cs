using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Introspection;

/// <summary>Section 4.2: introspection is resolved like any other field, from the schema itself.</summary>
internal static class IntrospectionResolvers
{
    /// <summary>The resolvers of the introspection types' fields and of <c>__schema</c> and <c>__type</c>.</summary>
    public static IEnumerable<KeyValuePair<FieldDefinition, FieldResolver>> For(Schema schema)
    {
        yield return new(schema.SchemaField, FieldResolver.FromRequest(_ => ValueTask.FromResult(schema)));
        yield return new(schema.TypeField, FieldResolver.FromRequest(context =>
            ValueTask.FromResult<GraphQLType?>(schema.Types.GetValueOrDefault(context.Arguments.Get("name", "")))));

        foreach (var (name, field, resolver) in OfSchema(schema).Concat(OfType(schema)).Concat(OfMembers()))
        {
            yield return new(((ObjectType)schema.Types[name]).Fields[field], resolver);
        }
    }

    private static IEnumerable<(string Type, string Field, FieldResolver Resolver)> OfSchema(Schema schema) =>
    [
        ("__Schema", "description", FieldResolver.FromSource((Schema s) => s.Description)),
        ("__Schema", "types", FieldResolver.FromSource((Schema s) => s.Types.Values.OfType<GraphQLType>())),
        ("__Schema", "queryType", FieldResolver.FromSource((Schema s) => (GraphQLType)s.Query)),
        ("__Schema", "mutationType", FieldResolver.FromSource((Schema s) => (GraphQLType?)s.Mutation)),
        ("__Schema", "subscriptionType", FieldResolver.FromSource((Schema s) => (GraphQLType?)s.Subscription)),
        ("__Schema", "directives", FieldResolver.FromSource((Schema s) => s.Directives.Values)),
    ];

    private static IEnumerable<(string Type, string Field, FieldResolver Resolver)> OfType(Schema schema) =>
    [
        ("__Type", "kind", FieldResolver.FromSource((GraphQLType type) => TypeFacts.Kind(type))),
        ("__Type", "name", FieldResolver.FromSource((GraphQLType type) => (type as NamedType)?.Name)),
        ("__Type", "description", FieldResolver.FromSource((GraphQLType type) => (type as NamedType)?.Description)),
        ("__Type", "specifiedByURL", FieldResolver.FromSource((GraphQLType type) => (type as ScalarType)?.SpecifiedByUrl)),
        ("__Type", "fields", FieldResolver.FromSource((GraphQLType type, StepContext context) =>
            (type as ComplexType)?.Fields.Values.Where(field => Shows(field.DeprecationReason, context)))),
        ("__Type", "interfaces", FieldResolver.FromSource((GraphQLType type) => (type as ComplexType)?.Interfaces.Cast<GraphQLType>())),
        ("__Type", "possibleTypes", FieldResolver.FromSource((GraphQLType type) =>
            type is InterfaceType or UnionType ? schema.GetPossibleTypes((NamedType)type).Cast<GraphQLType>() : null)),
        ("__Type", "enumValues", FieldResolver.FromSource((GraphQLType type, StepContext context) =>
            (type as EnumType)?.Values.Values.Where(value => Shows(value.DeprecationReason, context)))),
        ("__Type", "inputFields", FieldResolver.FromSource((GraphQLType type, StepContext context) =>
            (type as InputObjectType)?.Fields.Values.Where(field => Shows(field.DeprecationReason, context)))),
        ("__Type", "ofType", FieldResolver.FromSource((GraphQLType type) => TypeFacts.OfType(type))),
        ("__Type", "isOneOf", FieldResolver.FromSource((GraphQLType type) => (type as InputObjectType)?.IsOneOf)),
    ];

    private static IEnumerable<(string Type, string Field, FieldResolver Resolver)> OfMembers() =>
    [
        ("__Field", "name", FieldResolver.FromSource((FieldDefinition field) => field.Name)),
        ("__Field", "description", FieldResolver.FromSource((FieldDefinition field) => field.Description)),
        ("__Field", "args", FieldResolver.FromSource((FieldDefinition field, StepContext context) =>
            field.Arguments.Values.Where(argument => Shows(argument.DeprecationReason, context)))),
        ("__Field", "type", FieldResolver.FromSource((FieldDefinition field) => field.Type)),
        ("__Field", "isDeprecated", FieldResolver.FromSource((FieldDefinition field) => field.DeprecationReason is not null)),
        ("__Field", "deprecationReason", FieldResolver.FromSource((FieldDefinition field) => field.DeprecationReason)),

        ("__InputValue", "name", FieldResolver.FromSource((InputValueDefinition input) => input.Name)),
        ("__InputValue", "description", FieldResolver.FromSource((InputValueDefinition input) => input.Description)),
        ("__InputValue", "type", FieldResolver.FromSource((InputValueDefinition input) => input.Type)),
        ("__InputValue", "defaultValue", FieldResolver.FromSource((InputValueDefinition input) =>
            input.DefaultValueLiteral is null ? null : TypeFacts.DefaultText(input.DefaultValueLiteral))),
        ("__InputValue", "isDeprecated", FieldResolver.FromSource((InputValueDefinition input) => input.DeprecationReason is not null)),
        ("__InputValue", "deprecationReason", FieldResolver.FromSource((InputValueDefinition input) => input.DeprecationReason)),

        ("__EnumValue", "name", FieldResolver.FromSource((EnumValue value) => value.Name)),
        ("__EnumValue", "description", FieldResolver.FromSource((EnumValue value) => value.Description)),
        ("__EnumValue", "isDeprecated", FieldResolver.FromSource((EnumValue value) => value.DeprecationReason is not null)),
        ("__EnumValue", "deprecationReason", FieldResolver.FromSource((EnumValue value) => value.DeprecationReason)),

        ("__Directive", "name", FieldResolver.FromSource((DirectiveDefinition directive) => directive.Name)),
        ("__Directive", "description", FieldResolver.FromSource((DirectiveDefinition directive) => directive.Description)),
        ("__Directive", "isRepeatable", FieldResolver.FromSource((DirectiveDefinition directive) => directive.IsRepeatable)),
        ("__Directive", "locations", FieldResolver.FromSource((DirectiveDefinition directive) => directive.Locations)),
        ("__Directive", "args", FieldResolver.FromSource((DirectiveDefinition directive, StepContext context) =>
            directive.Arguments.Values.Where(argument => Shows(argument.DeprecationReason, context)))),
    ];

    private static bool Shows(string? deprecationReason, StepContext context) =>
        deprecationReason is null || context.Arguments.Get<bool>("includeDeprecated");
}

using System.Text;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// Writes a schema as SDL, laid out as graphql-js's printSchema does. Of applied directives only the specification's are written (<c>@deprecated</c>,
/// <c>@specifiedBy</c>, <c>@oneOf</c>): the others are the server's own business.
/// </summary>
public static class SchemaPrinter
{
    /// <summary>The SDL, without a line break at its end. Built-in scalars and directives and the types of introspection are left out.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="includeType">Which types to write; all if null. Leave out none that others refer to, else the SDL is no whole schema.</param>
    /// <param name="includeDirective">Which directive definitions to write; all if null.</param>
    public static string Print(Schema schema, Func<NamedType, bool>? includeType = null, Func<DirectiveDefinition, bool>? includeDirective = null)
    {
        var directives = schema.Directives.Values.Where(directive => !BuiltIns.Directives.Contains(directive.Name) && includeDirective?.Invoke(directive) != false);
        var types = schema.Types.Values.Where(type => !BuiltIns.TypeNames.Contains(type.Name) && includeType?.Invoke(type) != false);
        string?[] parts = [Roots(schema), .. directives.Select(Directive), .. types.Select(Type)];
        return string.Join("\n\n", parts.Where(part => part is not null));
    }

    private static string? Roots(Schema schema)
    {
        var isDefault = schema.Query.Name == "Query"
            && IsDefault(schema, schema.Mutation, "Mutation")
            && IsDefault(schema, schema.Subscription, "Subscription");
        if (isDefault && schema.Description is null)
        {
            return null;
        }

        var text = new StringBuilder(Description(schema.Description)).Append("schema {\n  query: ").Append(schema.Query.Name).Append('\n');
        text.Append(schema.Mutation is null ? "" : $"  mutation: {schema.Mutation}\n").Append(schema.Subscription is null ? "" : $"  subscription: {schema.Subscription}\n");
        return text.Append('}').ToString();
    }

    private static bool IsDefault(Schema schema, ObjectType? root, string name) => ReferenceEquals(root, schema.Types.GetValueOrDefault(name));

    private static string Directive(DirectiveDefinition directive) =>
        $"{Description(directive.Description)}directive @{directive.Name}{Arguments(directive.Arguments, "")}{(directive.IsRepeatable ? " repeatable" : "")} on {string.Join(" | ", directive.Locations)}";

    private static string Type(NamedType type) => Description(type.Description) + type switch
    {
        ScalarType scalar => $"scalar {scalar}{(scalar.SpecifiedByUrl is { } url ? $" @specifiedBy(url: {ValuePrinter.Quote(url)})" : "")}",
        ComplexType complex => $"{(complex is ObjectType ? "type" : "interface")} {complex}{Implements(complex)}{Block(complex.Fields.Values, field => field.Description, Field)}",
        UnionType union => $"union {union}{(union.Types.IsEmpty ? "" : $" = {string.Join(" | ", union.Types)}")}",
        EnumType enumType => $"enum {enumType}{Block(enumType.Values.Values, value => value.Description, value => value.Name + Deprecated(value.DeprecationReason))}",
        InputObjectType input => $"input {input}{(input.IsOneOf ? " @oneOf" : "")}{Block(input.Fields.Values, field => field.Description, InputValue)}",
        _ => throw new ArgumentException($"{type.GetType().Name} is no known kind of type.", nameof(type)),
    };

    private static string Implements(ComplexType type) => type.Interfaces.IsEmpty ? "" : $" implements {string.Join(" & ", type.Interfaces)}";

    private static string Field(FieldDefinition field) => $"{field.Name}{Arguments(field.Arguments, "  ")}: {field.Type}{Deprecated(field.DeprecationReason)}";

    private static string InputValue(InputValueDefinition value) =>
        $"{value.Name}: {value.Type}{(value.DefaultValueLiteral is { } literal ? $" = {Printer.Print(literal)}" : "")}{Deprecated(value.DeprecationReason)}";

    private static string Arguments(IReadOnlyDictionary<string, InputValueDefinition> arguments, string indent)
    {
        if (arguments.Count == 0)
        {
            return "";
        }

        return arguments.Values.All(argument => argument.Description is null)
            ? $"({string.Join(", ", arguments.Values.Select(InputValue))})"
            : $"(\n{Lines(arguments.Values, argument => argument.Description, InputValue, $"  {indent}")}\n{indent})";
    }

    private static string Block<T>(IEnumerable<T> members, Func<T, string?> description, Func<T, string> print)
    {
        var lines = Lines(members, description, print, "  ");
        return lines.Length == 0 ? "" : $" {{\n{lines}\n}}";
    }

    // An empty line stands before each described member but the first.
    private static string Lines<T>(IEnumerable<T> members, Func<T, string?> description, Func<T, string> print, string indent) => string.Join('\n', members.Select((member, index) =>
        $"{(index > 0 && description(member) is not null ? "\n" : "")}{Description(description(member), indent)}{indent}{print(member)}"));

    private static string Description(string? description, string indent = "")
    {
        if (description is null)
        {
            return "";
        }

        var text = BlockStrings.CanHold(description) ? BlockStrings.Print(description) : ValuePrinter.Quote(description);
        return $"{indent}{text.Replace("\n", $"\n{indent}", StringComparison.Ordinal)}\n";
    }

    private static string Deprecated(string? reason) => reason switch
    {
        null => "",
        AppliedDirectives.DefaultReason => " @deprecated",
        _ => $" @deprecated(reason: {ValuePrinter.Quote(reason)})",
    };
}

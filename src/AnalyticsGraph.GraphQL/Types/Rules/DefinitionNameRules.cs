using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Sections 3.3 to 3.13: what is defined is defined once. Checked on the syntax, before types are made.</summary>
/// <param name="definitions">The schema's definitions.</param>
/// <param name="errors">Where faults go.</param>
internal sealed class DefinitionNameRules(SchemaDefinitions definitions, SchemaErrors errors)
{
    public void Check()
    {
        foreach (var schema in definitions.Schemas.Where(schema => !schema.IsExtension).Skip(1))
        {
            errors.Report("Must provide only one schema definition.", schema);
        }

        Once(
            definitions.Schemas.SelectMany(schema => schema.OperationTypes),
            root => root.Operation,
            root => root,
            operation => $"There can be only one {ValuePrinter.Keyword(operation)} type in schema.");
        Once(definitions.Types, type => type.Name.Value, type => type.Name, name => $"There can be only one type named \"{name}\".");
        Once(definitions.Directives, directive => directive.Name.Value, directive => directive.Name, name => $"There can be only one directive named \"@{name}\".");
        foreach (var parts in definitions.All.OfType<TypeDefinitionNode>().GroupBy(part => part.Name.Value))
        {
            CheckMembers(parts.Key, [.. parts]);
        }

        foreach (var directive in definitions.Directives)
        {
            CheckArguments($"@{directive.Name.Value}", directive.Arguments);
        }
    }

    private void CheckMembers(string type, TypeDefinitionNode[] parts)
    {
        var values = parts.OfType<EnumTypeDefinitionNode>().SelectMany(part => part.Values);
        Once(values, value => value.Name.Value, value => value.Name, name => $"Enum value \"{type}.{name}\" can only be defined once.");

        Once(parts.SelectMany(FieldNames), name => name.Value, name => name, name => $"Field \"{type}.{name}\" can only be defined once.");
        foreach (var field in parts.OfType<ComplexTypeDefinitionNode>().SelectMany(part => part.Fields))
        {
            CheckArguments($"{type}.{field.Name.Value}", field.Arguments);
        }
    }

    private static IEnumerable<NameNode> FieldNames(TypeDefinitionNode part) => part switch
    {
        ComplexTypeDefinitionNode type => type.Fields.Select(field => field.Name),
        InputObjectTypeDefinitionNode input => input.Fields.Select(field => field.Name),
        _ => [],
    };

    private void CheckArguments(string owner, ImmutableArray<InputValueDefinitionNode> arguments)
    {
        if (arguments.Length < 2)
        {
            return;
        }

        foreach (var same in arguments.GroupBy(argument => argument.Name.Value).Where(same => same.Skip(1).Any()))
        {
            errors.Report($"Argument \"{owner}({same.Key}:)\" can only be defined once.", same.Select(argument => argument.Name));
        }
    }

    private void Once<T, TKey>(IEnumerable<T> items, Func<T, TKey> key, Func<T, SyntaxNode> node, Func<TKey, string> message)
    {
        foreach (var same in items.GroupBy(key))
        {
            foreach (var again in same.Skip(1))
            {
                errors.Report(message(same.Key), node(same.First()), node(again));
            }
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>
/// A schema as clients want it that handle errors themselves: no output is non-null, for an error may have made it null; <c>@semanticNonNull</c> tells where null means an
/// error and nothing else. A client that reads this SDL finds every answer of the server within its types.
/// </summary>
public static class SemanticNonNull
{
    private const string Definition =
        """"
        """
        The field, or the items of its list at the given depths (0 is the field itself), are only null where `errors` tells why.
        """
        directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION
        """";

    /// <summary>The SDL of a schema with its non-null outputs told as semantic ones. Inputs stay as they are.</summary>
    /// <param name="sdl">The schema's SDL.</param>
    /// <exception cref="GraphQLSyntaxException">It is none.</exception>
    public static string Print(string sdl)
    {
        var document = Utf8Parser.Parse(sdl, ParserLimits.Trusted);
        return Printer.Print(new DocumentNode([.. Utf8Parser.Parse(Definition).Definitions, .. document.Definitions.Select(Relax)]));
    }

    private static DefinitionNode Relax(DefinitionNode definition) => definition switch
    {
        ObjectTypeDefinitionNode type => new ObjectTypeDefinitionNode(type.Description, type.Name, type.Interfaces, type.Directives, [.. type.Fields.Select(Relax)], type.IsExtension),
        InterfaceTypeDefinitionNode type => new InterfaceTypeDefinitionNode(type.Description, type.Name, type.Interfaces, type.Directives, [.. type.Fields.Select(Relax)], type.IsExtension),
        _ => definition,
    };

    private static FieldDefinitionNode Relax(FieldDefinitionNode field)
    {
        var levels = new List<int>();
        var type = Relax(field.Type, 0, levels);
        return levels.Count == 0 ? field : new FieldDefinitionNode(field.Description, field.Name, field.Arguments, type, [.. field.Directives, Applied(levels)]);
    }

    private static TypeNode Relax(TypeNode type, int level, List<int> levels)
    {
        if (type is NonNullTypeNode nonNull)
        {
            levels.Add(level);
            type = nonNull.Type;
        }

        return type is ListTypeNode list ? new ListTypeNode(Relax(list.Type, level + 1, levels)) : type;
    }

    private static DirectiveNode Applied(List<int> levels) => new(new NameNode("semanticNonNull"), levels is [0] ? [] : [Levels(levels)]);

    private static ArgumentNode Levels(List<int> levels) =>
        new(new NameNode("levels"), new ListValueNode([.. levels.Select(level => new IntValueNode(level.ToString(CultureInfo.InvariantCulture)))]));
}

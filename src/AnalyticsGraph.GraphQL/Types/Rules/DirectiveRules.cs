using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Section 3.13: a directive's definition does not use itself, and arguments given to directives in SDL fit their types.</summary>
internal sealed class DirectiveRules
{
    private readonly TypeGraph _graph;
    private readonly SchemaErrors _errors;
    private readonly Dictionary<string, DirectiveDefinition> _directives;

    public DirectiveRules(TypeGraph graph, SchemaErrors errors)
    {
        (_graph, _errors) = (graph, errors);
        _directives = graph.Directives.ToDictionary(directive => directive.Name);
    }

    public void Check(SchemaDefinitions definitions)
    {
        foreach (var directive in _graph.Directives.Where(directive => Uses(directive).Contains(directive)))
        {
            _errors.Report($"Directive @{directive.Name} must not refer to itself, neither directly nor through the types and directives it uses.", _graph.NodeOf(directive));
        }

        foreach (var definition in definitions.All)
        {
            SyntaxTree.Visit(definition, CheckArguments);
        }
    }

    private void CheckArguments(SyntaxNode node)
    {
        if (node is not DirectiveNode use)
        {
            return;
        }

        foreach (var argument in use.Arguments)
        {
            var expected = _directives[use.Name.Value].Arguments[argument.Name.Value];
            if (!_graph.IsReadable(expected.Type) || ValueCoercion.TryCoerceLiteral(argument.Value, expected.Type, null, out _, out var faults))
            {
                continue;
            }

            foreach (var fault in faults)
            {
                _errors.Report($"Argument \"@{use.Name.Value}({argument.Name.Value}:)\" has invalid value{fault.PathText}: {fault.Message}", fault.Node ?? argument.Value);
            }
        }
    }

    /// <summary>All directives that a directive's definition uses, through whatever it refers to.</summary>
    private HashSet<DirectiveDefinition> Uses(DirectiveDefinition directive)
    {
        var used = new HashSet<DirectiveDefinition>();
        var types = new HashSet<NamedType>();
        FollowValues(directive.Arguments.Values);
        return used;

        void FollowValues(IEnumerable<InputValueDefinition> values)
        {
            foreach (var value in values)
            {
                FollowUses(value.Directives);
                FollowType(value.Type.Named);
            }
        }

        void FollowType(NamedType type)
        {
            if (!types.Add(type))
            {
                return;
            }

            FollowUses(type.Directives);
            if (type is InputObjectType input)
            {
                FollowValues(input.Fields.Values);
            }
            else if (type is EnumType enumType)
            {
                FollowUses(enumType.Values.Values.SelectMany(value => value.Directives));
            }
        }

        void FollowUses(IEnumerable<DirectiveNode> uses)
        {
            foreach (var use in uses)
            {
                if (used.Add(_directives[use.Name.Value]))
                {
                    FollowValues(_directives[use.Name.Value].Arguments.Values);
                }
            }
        }
    }
}

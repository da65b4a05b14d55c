"""Who answers for an application, who covers for whom, and how much everybody has."""

"""The seeing half of the policy for the whole house: from pictures and words to marks."""

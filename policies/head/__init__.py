"""The motion half of the policy for the whole house: from marks, touch and words to a chunk of tool motions. It sees no pictures."""
